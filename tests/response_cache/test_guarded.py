"""A store that is away, slow or owed something is not waited for, and nobody is given what it should have dropped."""

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from gateway.caching.ports import Computed, Source
from services.infra.redis_calls.reach import FAILURES, Reach
from services.infra.response_cache.guarded import GuardedResponses
from services.infra.response_cache.memory import MemoryResponses
from services.infra.response_cache.models import Busy, Entry, Lease
from services.shared.errors import Unavailable
from tests.response_cache.contract import LARGEST, LEASED_FOR, SHIRT, SHOE, ResponseStoreContract, kept, page
from tests.response_cache.kitchen import Kitchen, asked, engine, settled, until


class Moody(MemoryResponses):
    """Away when told to be; holds up what is asked at a gate, and what it tells of drops."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.replies = asyncio.Event()
        self.replies.set()
        self.asked = 0
        self.told: list[set[str]] = []

    async def ping(self) -> None:
        await self._reached()

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        await self._reached()
        return await super().look(key, held)

    async def drop(self, tags: Collection[str]) -> None:
        await self._reached()
        await super().drop(tags)
        self.told.append(set(tags))
        await self.replies.wait()

    async def _reached(self) -> None:
        self.asked += 1
        await self.gate.wait()
        if self.is_away:
            raise Unavailable("redis", "is away")


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
async def reach(moody: Moody) -> AsyncIterator[Reach]:
    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    reach = Reach(moody.ping, within=0.05, pause=at_once)
    yield reach
    await reach.close()


@pytest.fixture
def guarded(moody: Moody, reach: Reach) -> GuardedResponses:
    return GuardedResponses(moody, reach, most_owed=5)


class TestGuarded(ResponseStoreContract):
    @pytest.fixture
    async def store(self) -> AsyncIterator[GuardedResponses]:
        store = MemoryResponses(leased_for=LEASED_FOR, largest=LARGEST)
        reach = Reach(lambda: store.drop([]), within=10)
        yield GuardedResponses(store, reach)
        await reach.close()


async def test_after_some_failures_it_is_not_asked_and_found_again_by_itself(
    moody: Moody, reach: Reach, guarded: GuardedResponses
) -> None:
    moody.is_away = True
    for _ in range(FAILURES):
        with pytest.raises(Unavailable):
            await guarded.look("a")
    assert reach.is_away
    moody.gate.clear()
    await settled()
    asked = moody.asked
    for _ in range(100):
        with pytest.raises(Unavailable):
            await guarded.look("a")
    assert moody.asked == asked
    moody.is_away = False
    moody.gate.set()
    await until(lambda: not reach.is_away)
    assert isinstance(await guarded.look("a"), Lease)


async def test_one_failure_among_answers_is_none(moody: Moody, reach: Reach, guarded: GuardedResponses) -> None:
    for _ in range(FAILURES * 2):
        moody.is_away = True
        with pytest.raises(Unavailable):
            await guarded.look("a")
        moody.is_away = False
        await guarded.look("a")
    assert not reach.is_away


async def test_a_lease_that_comes_too_late_is_given_back(moody: Moody, guarded: GuardedResponses) -> None:
    moody.gate.clear()
    with pytest.raises(Unavailable, match="slow"):
        await guarded.look("a")
    moody.gate.set()
    await settled()
    assert isinstance(await moody.look("a"), Lease)


async def test_a_lease_of_somebody_who_has_left_is_given_back(moody: Moody, guarded: GuardedResponses) -> None:
    moody.gate.clear()
    left = asyncio.create_task(guarded.look("a"))
    await settled()
    left.cancel()
    await settled()
    moody.gate.set()
    await settled()
    assert isinstance(await moody.look("a"), Lease)


async def test_a_drop_that_could_not_be_told_is_told_before_anybody_is_given_anything(
    moody: Moody, guarded: GuardedResponses
) -> None:
    kitchen, cache = Kitchen(), engine(guarded)
    await cache.answer("a", kitchen.cook)
    moody.is_away, kitchen.truth = True, 1
    await cache.drop(["dish"])
    moody.is_away = False
    answer = await cache.answer("a", kitchen.cook)
    assert (answer.source, answer.body) == (Source.BYPASS, b"1")
    await until(lambda: moody.told)
    await settled()
    assert (await cache.answer("a", kitchen.cook)).body == b"1"
    assert (await cache.answer("a", kitchen.cook)).source is Source.HIT
    assert moody.told == [{"dish"}]


async def test_what_comes_to_be_owed_while_it_is_paid_is_paid_as_well(
    moody: Moody, reach: Reach, guarded: GuardedResponses
) -> None:
    moody.is_away = True
    with pytest.raises(Unavailable):
        await guarded.drop([SHOE])
    moody.replies.clear()
    moody.is_away = False
    await until(lambda: moody.told)
    with pytest.raises(Unavailable):
        await guarded.drop([SHOE])
    moody.replies.set()
    await until(lambda: not reach.is_away)
    assert moody.told == [{SHOE}, {SHOE}]


async def test_too_much_that_is_owed_becomes_all(moody: Moody, reach: Reach, guarded: GuardedResponses) -> None:
    await kept(moody, "a", page(b"{}", SHIRT))
    moody.is_away = True
    for number in range(7):
        with pytest.raises(Unavailable):
            await guarded.drop([f"stock:{number}"])
    moody.is_away = False
    await until(lambda: not reach.is_away)
    assert isinstance(await guarded.look("a"), Lease)


async def test_a_cut_off_drop_is_owed(moody: Moody, reach: Reach, guarded: GuardedResponses) -> None:
    moody.gate.clear()
    cut = asyncio.create_task(guarded.drop([SHOE]))
    await settled()
    cut.cancel()
    await settled()
    with pytest.raises(Unavailable):
        await guarded.look("a")
    moody.gate.set()
    await until(lambda: not reach.is_away)
    assert {SHOE} in moody.told


async def test_a_busy_process_does_not_blame_the_store(reach: Reach) -> None:
    """The answer is there in time; this process is not."""
    import time  # noqa: PLC0415

    async def answered() -> str:
        await asyncio.sleep(0.001)
        time.sleep(0.2)  # noqa: ASYNC251 (busy with something else)
        await asyncio.sleep(0.001)
        return "here"

    assert await reach.ask(answered()) == "here"


async def test_a_crowd_is_answered_together_while_the_store_is_away(moody: Moody, guarded: GuardedResponses) -> None:
    cache, kitchen = engine(guarded), Kitchen()
    moody.is_away = True
    kitchen.gate.clear()
    asking = [asked(cache, kitchen.cook)]
    await until(lambda: kitchen.made)
    kitchen.truth = 1
    asking += [asked(cache, kitchen.cook) for _ in range(100)]
    # Who came later waits for a computation of their own, but not until a slow one has ended.
    await until(lambda: kitchen.made == 2)
    kitchen.gate.set()
    answers = await asyncio.gather(*asking)
    assert [answer.body for answer in answers] == [b"0", *[b"1"] * 100]
    assert kitchen.made == 2
    assert [answer.source for answer in answers].count(Source.BYPASS) == 2
    await cache.close()


async def test_when_one_of_a_crowd_fails_the_others_are_answered_while_the_store_is_away(
    moody: Moody, guarded: GuardedResponses
) -> None:
    cache, kitchen = engine(guarded), Kitchen()
    moody.is_away = True

    async def refused() -> Computed:
        raise Unavailable("budget")

    asking = [asked(cache, refused), *(asked(cache, kitchen.cook) for _ in range(20))]
    failed, *answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(failed, Unavailable)
    assert {answer.body for answer in answers if not isinstance(answer, BaseException)} == {b"0"}
    assert len([answer for answer in answers if isinstance(answer, BaseException)]) == 0
    assert kitchen.made < 5
    await cache.close()
