"""What every place where counts are kept must do. A subclass gives the fixture `counters`."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.throttle.ports import Bucket, Counters, Pace

TIGHT = Bucket(size=100, leak=0.001)
"""Leaks nothing while a test runs."""
QUICK = Bucket(size=10, leak=100)
PACE = Pace(free=3, longest=900, remembered=3600)
IMPATIENT = Pace(free=1, longest=0.05, remembered=3600)


async def until_allowed(step: Callable[[], Awaitable[float]]) -> None:
    async with asyncio.timeout(10):
        while await step():
            pass


class CountersContract:
    async def test_a_bucket_takes_what_it_holds_and_then_tells_how_long(self, counters: Counters) -> None:
        assert await counters.pour("a", 60, TIGHT) == 0
        assert await counters.pour("a", 40, TIGHT) == 0
        assert await counters.pour("a", 2, TIGHT) == pytest.approx(2000, abs=5)

    async def test_what_found_no_room_takes_none(self, counters: Counters) -> None:
        await counters.pour("a", 95, TIGHT)
        for _ in range(5):
            assert await counters.pour("a", 10, TIGHT) == pytest.approx(5000, abs=5)
        assert await counters.pour("a", 5, TIGHT) == 0

    async def test_a_bucket_leaks_until_there_is_room(self, counters: Counters) -> None:
        assert await counters.pour("a", 10, QUICK) == 0
        assert 0 < await counters.pour("a", 10, QUICK) <= 0.1
        await until_allowed(lambda: counters.pour("a", 10, QUICK))

    async def test_a_bucket_that_has_long_been_empty_holds_no_more_than_its_size(self, counters: Counters) -> None:
        await counters.pour("a", 1, QUICK)
        await until_allowed(lambda: counters.pour("a", 10, QUICK))
        assert await counters.pour("a", 10, QUICK) > 0

    async def test_identities_do_not_share_a_bucket(self, counters: Counters) -> None:
        await counters.pour("a", 100, TIGHT)
        assert await counters.pour("b", 100, TIGHT) == 0

    async def test_more_than_a_bucket_holds_is_taken_by_an_empty_one(self, counters: Counters) -> None:
        assert await counters.pour("a", 1_000_000, TIGHT) == 0
        assert await counters.pour("a", 1, TIGHT) > 0

    async def test_of_many_at_once_as_many_find_room_as_there_is(self, counters: Counters) -> None:
        waits = await asyncio.gather(*(counters.pour("a", 5, TIGHT) for _ in range(60)))
        assert waits.count(0) == 20

    async def test_what_was_poured_in_vain_is_drawn_again(self, counters: Counters) -> None:
        await counters.pour("a", 100, TIGHT)
        await counters.draw("a", 30, TIGHT)
        assert await counters.pour("a", 30, TIGHT) == 0
        assert await counters.pour("a", 1, TIGHT) > 0

    async def test_an_unknown_bucket_can_be_drawn_from_and_gains_nothing(self, counters: Counters) -> None:
        await counters.draw("a", 50, TIGHT)
        assert await counters.pour("a", 100, TIGHT) == 0
        assert await counters.pour("a", 1, TIGHT) > 0

    async def test_the_first_tries_cost_no_time_and_the_next_ones_twice_the_last(self, counters: Counters) -> None:
        assert [await counters.count_try("a", PACE) for _ in range(3)] == [0, 0, 0]
        assert 0.5 < await counters.count_try("a", PACE) <= 1
        await until_allowed(lambda: counters.count_try("a", PACE))
        assert 1.5 < await counters.count_try("a", PACE) <= 2

    async def test_a_try_that_has_to_wait_makes_the_wait_no_longer(self, counters: Counters) -> None:
        for _ in range(3):
            await counters.count_try("a", PACE)
        waits = [await counters.count_try("a", PACE) for _ in range(20)]
        assert waits == sorted(waits, reverse=True)
        assert waits[0] <= 1

    async def test_the_wait_grows_to_its_longest_and_no_further(self, counters: Counters) -> None:
        for _ in range(6):
            await until_allowed(lambda: counters.count_try("a", IMPATIENT))
            assert await counters.count_try("a", IMPATIENT) <= 0.05

    async def test_of_many_tries_at_once_only_the_free_ones_are_made(self, counters: Counters) -> None:
        waits = await asyncio.gather(*(counters.count_try("a", PACE) for _ in range(50)))
        assert waits.count(0) == 3

    async def test_a_try_that_was_none_is_taken_back(self, counters: Counters) -> None:
        for _ in range(3):
            await counters.count_try("a", PACE)
        await counters.uncount_try("a")
        assert await counters.count_try("a", PACE) == 0
        assert await counters.count_try("a", PACE) > 0

    async def test_taking_back_what_was_never_counted_gains_nothing(self, counters: Counters) -> None:
        await counters.uncount_try("a")
        await counters.count_try("a", PACE)
        for _ in range(3):
            await counters.uncount_try("a")
        waits = [await counters.count_try("a", PACE) for _ in range(4)]
        assert waits.count(0) == 3

    async def test_what_is_forgotten_begins_anew(self, counters: Counters) -> None:
        for _ in range(4):
            await counters.count_try("a", PACE)
        await counters.forget("a")
        assert [await counters.count_try("a", PACE) for _ in range(3)] == [0, 0, 0]

    async def test_accounts_do_not_share_their_tries(self, counters: Counters) -> None:
        for _ in range(4):
            await counters.count_try("a", PACE)
        assert await counters.count_try("b", PACE) == 0

    async def test_a_key_is_remembered_for_its_time(self, counters: Counters) -> None:
        assert not await counters.remembers("a")
        await counters.remember("a", 3600)
        await counters.remember("b", 0.05)
        assert await counters.remembers("a")
        async with asyncio.timeout(10):
            while await counters.remembers("b"):
                pass
