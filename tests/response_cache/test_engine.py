"""One computation for all who ask, whoever leaves or fails; kept answers past their age, and those nobody may see."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from gateway.caching.engine import CachedResponses, Surroundings
from gateway.caching.ports import Computed, Source
from services.infra.response_cache.memory import MemoryResponses
from services.infra.response_cache.models import Freshness, Lease, Page, Verdict
from tests.response_cache.kitchen import Kitchen, asked, engine, settled, until


class Hours:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def store(hours: Hours) -> MemoryResponses:
    return MemoryResponses(now=hours, leased_for=0.3)


@pytest.fixture
async def cache(store: MemoryResponses) -> AsyncIterator[CachedResponses]:
    cache = engine(store)
    yield cache
    await cache.close()


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


async def test_the_second_is_given_what_was_made_for_the_first(cache: CachedResponses, kitchen: Kitchen) -> None:
    first, second = await cache.answer("a", kitchen.cook), await cache.answer("a", kitchen.cook)
    assert (first.source, first.stored, first.body) == (Source.MISS, True, b"0")
    assert (second.source, second.stored, second.body) == (Source.HIT, False, b"0")
    assert second.fresh_for == 3600
    assert kitchen.made == 1


async def test_a_thousand_at_once_have_it_made_once(cache: CachedResponses, kitchen: Kitchen) -> None:
    answers = await asyncio.gather(*(cache.answer("a", kitchen.cook) for _ in range(1000)))
    assert kitchen.made == 1
    assert {answer.body for answer in answers} == {b"0"}
    assert [answer.source for answer in answers].count(Source.MISS) == 1


async def test_two_processes_have_it_made_once(store: MemoryResponses, kitchen: Kitchen) -> None:
    here, there = engine(store), engine(store)
    kitchen.gate.clear()
    clients = [asked(cache, kitchen.cook) for cache in (here, there) for _ in range(50)]
    await kitchen.at_work.wait()
    await settled()
    kitchen.gate.set()
    answers = await asyncio.gather(*clients)
    assert kitchen.made == 1
    assert [answer.source for answer in answers].count(Source.COLLAPSED) == 99


async def test_who_asks_after_a_drop_is_not_given_what_was_read_before_it(
    cache: CachedResponses, kitchen: Kitchen
) -> None:
    kitchen.gate.clear()
    before = [asked(cache, kitchen.cook) for _ in range(5)]
    await kitchen.at_work.wait()
    await settled()
    kitchen.truth = 1
    await cache.drop(["dish"])
    after = [asked(cache, kitchen.cook) for _ in range(5)]
    await settled()
    kitchen.gate.set()
    assert {(await client).body for client in after} == {b"1"}
    assert (await before[0]).body == b"0"
    assert kitchen.made == 2
    assert (await cache.answer("a", kitchen.cook)).body == b"1"


async def test_who_waits_for_another_process_is_not_given_it_after_a_drop(
    store: MemoryResponses, kitchen: Kitchen
) -> None:
    here, there = engine(store), engine(store)
    kitchen.gate.clear()
    before = asked(here, kitchen.cook)
    await kitchen.at_work.wait()
    kitchen.truth = 1
    await there.drop(["dish"])
    after = asked(there, kitchen.cook)
    await settled()
    kitchen.gate.set()
    assert ((await before).body, (await after).body) == (b"0", b"1")


async def test_a_drop_between_the_store_and_the_next_who_asks_is_seen(kitchen: Kitchen) -> None:
    """The computation was confirmed, and its flight not yet over, when the next one came."""
    held = asyncio.Event()

    class SlowToTell(MemoryResponses):
        async def store(self, lease: Lease, page: Page) -> Verdict:
            verdict = await super().store(lease, page)
            await held.wait()
            return verdict

    store = SlowToTell()
    cache = engine(store)
    early = asked(cache, kitchen.cook)
    await kitchen.at_work.wait()
    await settled()
    kitchen.truth = 1
    await store.drop(["dish"])
    late = asked(cache, kitchen.cook)
    await settled()
    held.set()
    assert ((await early).body, (await late).body) == (b"0", b"1")


async def test_when_the_one_who_computes_fails_another_does(cache: CachedResponses, kitchen: Kitchen) -> None:
    kitchen.gate.clear()
    kitchen.failing = RuntimeError("no salt")
    first = asked(cache, kitchen.cook)
    await kitchen.at_work.wait()
    others = [asked(cache, kitchen.cook) for _ in range(20)]
    await settled()

    async def only_once() -> None:
        await until(lambda: kitchen.made == 2)
        kitchen.failing = None

    mended = asyncio.create_task(only_once())
    kitchen.gate.set()
    with pytest.raises(RuntimeError, match="no salt"):
        await first
    answers = await asyncio.gather(*others, return_exceptions=True)
    await mended
    assert len([answer for answer in answers if isinstance(answer, RuntimeError)]) <= 1
    assert kitchen.made <= 3


async def test_whoever_waited_in_vain_some_times_computes_alone(cache: CachedResponses, kitchen: Kitchen) -> None:
    kitchen.failing = RuntimeError("no salt")
    answers = await asyncio.gather(*(cache.answer("a", kitchen.cook) for _ in range(30)), return_exceptions=True)
    assert all(isinstance(answer, RuntimeError) for answer in answers)


async def test_what_may_not_be_kept_is_still_made_once_for_who_came_before(
    cache: CachedResponses, kitchen: Kitchen
) -> None:
    kitchen.freshness = None
    kitchen.gate.clear()
    clients = [asked(cache, kitchen.cook) for _ in range(100)]
    await kitchen.at_work.wait()
    await settled()
    kitchen.gate.set()
    await asyncio.gather(*clients)
    assert kitchen.made <= 2
    assert (await cache.answer("a", kitchen.cook)).source is Source.MISS


async def test_when_the_one_who_computes_leaves_the_others_still_get_it(
    cache: CachedResponses, kitchen: Kitchen
) -> None:
    kitchen.gate.clear()
    first = asked(cache, kitchen.cook)
    await kitchen.at_work.wait()
    others = [asked(cache, kitchen.cook) for _ in range(3)]
    await settled()
    first.cancel()
    await settled()
    kitchen.gate.set()
    assert {(await other).body for other in others} == {b"0"}
    assert kitchen.made == 1
    assert first.cancelled()


async def test_when_all_leave_the_work_ends_and_the_next_may_begin(
    store: MemoryResponses, cache: CachedResponses, kitchen: Kitchen
) -> None:
    kitchen.gate.clear()
    clients = [asked(cache, kitchen.cook) for _ in range(3)]
    await kitchen.at_work.wait()
    await settled()
    for client in clients:
        client.cancel()
    await settled()
    assert isinstance(await store.look("a"), Lease)


async def test_a_process_that_dies_over_it_is_waited_for_until_its_lease_ends(
    store: MemoryResponses, hours: Hours, kitchen: Kitchen
) -> None:
    assert isinstance(await store.look("a"), Lease)
    client = asked(engine(store), kitchen.cook)
    await settled()
    assert kitchen.made == 0
    hours.seconds += 0.31
    assert (await client).body == b"0"


async def test_who_waits_too_long_for_another_process_computes(store: MemoryResponses, kitchen: Kitchen) -> None:
    assert isinstance(await store.look("a"), Lease)
    clock = count()
    cache = engine(store, now=lambda: float(next(clock)))
    answers = await asyncio.gather(*(cache.answer("a", kitchen.cook) for _ in range(10)))
    assert kitchen.made == 1
    assert {answer.body for answer in answers} == {b"0"}


async def test_a_stale_answer_is_given_while_one_makes_it_anew(
    store: MemoryResponses, cache: CachedResponses, hours: Hours, kitchen: Kitchen
) -> None:
    kitchen.freshness = Freshness(fresh=10, while_refreshed=10)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 11
    kitchen.truth = 1
    kitchen.gate.clear()
    answers = await asyncio.gather(*(one.answer("a", kitchen.cook) for one in (cache, engine(store)) for _ in range(9)))
    assert {(answer.source, answer.body, answer.fresh_for) for answer in answers} == {(Source.STALE, b"0", -1.0)}
    await settled()
    assert kitchen.made == 2
    kitchen.gate.set()
    await settled()
    assert await cache.answer("a", kitchen.cook) == await engine(store).answer("a", kitchen.cook)
    assert (await cache.answer("a", kitchen.cook)).body == b"1"
    assert kitchen.made == 2


async def test_a_dropped_answer_is_not_given_though_it_is_being_made_anew(
    cache: CachedResponses, hours: Hours, kitchen: Kitchen
) -> None:
    kitchen.freshness = Freshness(fresh=10, while_refreshed=10)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 11
    kitchen.gate.clear()
    assert (await cache.answer("a", kitchen.cook)).source is Source.STALE
    await settled()
    kitchen.truth = 1
    await cache.drop(["dish"])
    late = asked(cache, kitchen.cook)
    await settled()
    kitchen.gate.set()
    assert (await late).body == b"1"


async def test_near_its_end_it_is_made_anew_by_chance_and_by_what_it_costs(
    store: MemoryResponses, hours: Hours, kitchen: Kitchen
) -> None:
    kitchen.freshness = Freshness(fresh=100)

    async def slow() -> Computed:
        hours.seconds += 2
        return await kitchen.cook()

    cautious, eager = engine(store, lambda: 0.5, hours), engine(store, lambda: 0.99, hours)
    await cautious.answer("a", slow)
    hours.seconds += 90
    # With 8 seconds left at a cost of 2: drawn 0.5 it waits (1.4 s early), drawn 0.99 it does not (9.2 s).
    assert (await cautious.answer("a", kitchen.cook)).source is Source.HIT
    await settled()
    assert kitchen.made == 1
    assert (await eager.answer("a", kitchen.cook)).source is Source.HIT
    await settled()
    assert kitchen.made == 2
    assert (await cautious.answer("a", kitchen.cook)).fresh_for == 100


async def test_times_are_spread_by_chance_and_never_longer_than_allowed(store: MemoryResponses) -> None:
    draws = iter([0.0, 0.5, 0.999])
    cache = CachedResponses(store, Surroundings(chance=lambda: next(draws)))
    fresh = [(await cache.answer(key, Kitchen().cook)).fresh_for for key in "abc"]
    assert fresh[0] == 3600
    assert 0.9 * 3600 <= fresh[2] < fresh[1] < fresh[0]


@pytest.mark.parametrize("how", ["raises", "tells"])
async def test_when_none_can_be_made_an_older_one_is_given(
    cache: CachedResponses, hours: Hours, kitchen: Kitchen, how: str
) -> None:
    kitchen.freshness = Freshness(fresh=10, while_refreshed=5, if_failing=100)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 20
    kitchen.failing, kitchen.failed = (RuntimeError("away") if how == "raises" else None), how == "tells"
    answers = await asyncio.gather(*(cache.answer("a", kitchen.cook) for _ in range(5)))
    assert {(answer.source, answer.body) for answer in answers} == {(Source.STALE, b"0")}
    kitchen.failing, kitchen.failed, kitchen.truth = None, False, 1
    assert (await cache.answer("a", kitchen.cook)).body == b"1"


@pytest.mark.parametrize("how", ["raises", "tells"])
async def test_an_older_answer_has_grown_older_while_none_could_be_made(
    store: MemoryResponses, hours: Hours, kitchen: Kitchen, how: str
) -> None:
    cache = engine(store, now=hours)
    kitchen.freshness = Freshness(fresh=10, if_failing=100)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 20
    kitchen.failing, kitchen.failed = (RuntimeError("away") if how == "raises" else None), how == "tells"
    kitchen.gate.clear()
    kitchen.at_work.clear()
    given = asked(cache, kitchen.cook)
    await kitchen.at_work.wait()
    hours.seconds += 4
    kitchen.gate.set()
    answer = await given
    assert (answer.source, answer.age, answer.fresh_for) == (Source.STALE, 24, -14)
    await cache.close()


async def test_when_none_can_be_made_a_dropped_one_is_not_given(
    cache: CachedResponses, hours: Hours, kitchen: Kitchen
) -> None:
    kitchen.freshness = Freshness(fresh=10, if_failing=100)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 20
    await cache.drop(["dish"])
    kitchen.failing = RuntimeError("away")
    with pytest.raises(RuntimeError):
        await cache.answer("a", kitchen.cook)


async def test_past_all_bounds_nothing_old_is_given(cache: CachedResponses, hours: Hours, kitchen: Kitchen) -> None:
    kitchen.freshness = Freshness(fresh=10, while_refreshed=5, if_failing=100)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 111
    kitchen.failing = RuntimeError("away")
    with pytest.raises(RuntimeError):
        await cache.answer("a", kitchen.cook)


async def test_a_refresh_that_fails_harms_nobody(cache: CachedResponses, hours: Hours, kitchen: Kitchen) -> None:
    kitchen.freshness = Freshness(fresh=10, while_refreshed=100)
    await cache.answer("a", kitchen.cook)
    hours.seconds += 20
    kitchen.failing = RuntimeError("away")
    for _ in range(3):
        assert (await cache.answer("a", kitchen.cook)).source is Source.STALE
        await settled()
    kitchen.failing = None
    await cache.answer("a", kitchen.cook)
    await settled()
    assert (await cache.answer("a", kitchen.cook)).source is Source.HIT


async def test_closing_ends_what_goes_on(store: MemoryResponses, kitchen: Kitchen) -> None:
    cache = engine(store)
    kitchen.gate.clear()
    client = asked(cache, kitchen.cook)
    await kitchen.at_work.wait()
    client.cancel()
    await cache.close()
    assert isinstance(await store.look("a"), Lease)
