"""Counts in this process keep the contract, within a bounded memory."""

import pytest

from gateway.throttle.memory import MemoryCounters
from tests.throttle.contract import PACE, TIGHT, CountersContract


class TestMemoryCounters(CountersContract):
    @pytest.fixture
    def counters(self) -> MemoryCounters:
        return MemoryCounters()


async def test_the_least_recently_used_is_forgotten_when_there_are_too_many() -> None:
    counters = MemoryCounters(most=3)
    for key in ("a", "b", "c"):
        await counters.pour(key, 60, TIGHT)
    await counters.pour("a", 40, TIGHT)
    await counters.pour("d", 100, TIGHT)
    assert await counters.pour("a", 1, TIGHT) > 0
    assert await counters.pour("b", 100, TIGHT) == 0


async def test_a_million_identities_need_no_more_than_the_bound() -> None:
    counters = MemoryCounters(most=100)
    for number in range(5000):
        await counters.pour(f"p{number}", 1, TIGHT)
        await counters.count_try(f"t{number}", PACE)
        await counters.remember(f"r{number}", 60)
    assert len(counters._kept) == 100


async def test_tries_are_forgotten_after_their_time() -> None:
    moment = 0.0
    counters = MemoryCounters(now=lambda: moment)
    for _ in range(3):
        await counters.count_try("a", PACE)
    assert await counters.count_try("a", PACE) == 1
    moment = 3601.0
    assert [await counters.count_try("a", PACE) for _ in range(3)] == [0, 0, 0]


async def test_the_wait_doubles_to_fifteen_minutes_and_stays_there() -> None:
    moment = 0.0
    counters = MemoryCounters(now=lambda: moment)
    waits: list[float] = []
    for _ in range(20):
        assert await counters.count_try("a", PACE) == 0
        wait = await counters.count_try("a", PACE) if len(waits) >= 2 else 0.0
        waits.append(wait)
        moment += wait
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 8]
