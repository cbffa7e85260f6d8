"""Hits that are computed again in the background: what is true is counted as such, and what is not does not pass."""

import asyncio
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from gateway.caching.engine import CachedResponses, EngineRules, Surroundings
from gateway.caching.metrics import CacheMetrics
from gateway.caching.ports import Answer, Computed, Source
from gateway.caching.shadow import Shadow
from services.infra.response_cache.memory import MemoryResponses
from services.infra.response_cache.models import Freshness
from services.shared.errors import Unavailable


class Watched:
    """A kept answer and the truth that it should show."""

    def __init__(self, share: float = 1.0, chance: Callable[[], float] = lambda: 0.0) -> None:
        self.truth = b"1"
        self.failing = False
        self.computed = 0
        self.registry = CollectorRegistry()
        self.cache = CachedResponses(MemoryResponses(), Surroundings(chance=lambda: 0.0), EngineRules(jitter=0))
        self.shadow = Shadow(self.cache, share, CacheMetrics(self.registry), chance, under_way=0)

    async def compute(self) -> Computed:
        self.computed += 1
        if self.failing:
            raise Unavailable("catalog")
        return Computed(body=self.truth, tags=frozenset({"it"}), freshness=Freshness(fresh=60))

    async def hit(self) -> Answer:
        await self.cache.answer("key", self.compute)
        answer = await self.cache.answer("key", self.compute)
        assert answer.source is Source.HIT
        return answer

    async def checked(self, hit: Answer) -> dict[str, float]:
        self.shadow.maybe_check("key", hit, self.compute)
        await self.shadow.idle()
        metric, verdicts = "caravan_cache_checked_total", ("same", "overtaken", "different")
        counts = {name: self.registry.get_sample_value(metric, {"verdict": name}) for name in verdicts}
        return {name: count for name, count in counts.items() if count}


async def test_an_answer_that_is_true_is_the_same() -> None:
    watched = Watched()
    assert await watched.checked(await watched.hit()) == {"same": 1}


async def test_one_that_nothing_dropped_though_it_should_have_been_is_different() -> None:
    watched = Watched()
    hit = await watched.hit()
    watched.truth = b"2"
    assert await watched.checked(hit) == {"different": 1}


async def test_one_whose_event_was_under_way_is_overtaken() -> None:
    watched = Watched()
    hit = await watched.hit()
    watched.truth = b"2"
    await watched.cache.drop({"it"})
    assert await watched.checked(hit) == {"overtaken": 1}


async def test_what_cannot_be_computed_says_nothing() -> None:
    watched = Watched()
    hit = await watched.hit()
    watched.failing = True
    assert await watched.checked(hit) == {}


async def test_only_its_share_is_checked_and_one_at_a_time() -> None:
    watched = Watched(share=0.5, chance=lambda: 0.5)
    hit = await watched.hit()
    assert await watched.checked(hit) == {}
    eager = Watched()
    hit = await eager.hit()
    for _ in range(5):
        eager.shadow.maybe_check("key", hit, eager.compute)
    assert await eager.checked(hit) == {"same": 1}


async def test_a_check_ends_with_the_gateway() -> None:
    watched, begun, ended = Watched(), asyncio.Event(), asyncio.Event()
    hit = await watched.hit()

    async def endless() -> Computed:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    watched.shadow.maybe_check("key", hit, endless)
    await begun.wait()
    await watched.shadow.close()
    assert ended.is_set()
