"""A shop's truth, computations that read it, and what an engine stands on in a test."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.caching.engine import CachedResponses, EngineRules, Surroundings
from gateway.caching.ports import Answer, Compute, Computed
from services.infra.response_cache.models import Freshness
from services.infra.response_cache.ports import ResponseStore

AN_HOUR = Freshness(fresh=3600)
NEVER_EARLY = 0.0


@dataclass
class Kitchen:
    """Makes answers of what is true at the moment; the numbers of `made` say how often, `gate` holds them up."""

    freshness: Freshness | None = AN_HOUR
    truth: int = 0
    made: int = 0
    failing: Exception | None = None
    failed: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_work: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def cook(self) -> Computed:
        """An answer that shows the tag `dish`."""
        self.made += 1
        read = self.truth
        self.at_work.set()
        await self.gate.wait()
        if self.failing is not None:
            raise self.failing
        freshness = None if self.failed else self.freshness
        return Computed(body=str(read).encode(), tags=frozenset({"dish"}), freshness=freshness, failed=self.failed)


def engine(
    store: ResponseStore, chance: Callable[[], float] = lambda: NEVER_EARLY, now: Callable[[], float] = time.monotonic
) -> CachedResponses:
    """One process'. Answers keep their whole time, so that tests can say when they end."""
    return CachedResponses(store, Surroundings(chance=chance, now=now), EngineRules(jitter=0))


def asked(cache: CachedResponses, compute: Compute, key: str = "a") -> asyncio.Task[Answer]:
    return asyncio.create_task(cache.answer(key, compute))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while True:
            if condition():
                return
            await asyncio.sleep(0)


async def settled() -> None:
    """All have come as far as they can."""
    for _ in range(30):
        await asyncio.sleep(0)
