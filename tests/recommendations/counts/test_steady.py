"""What is counted of the whole shop is read again once it is old enough, and what is a user's own each time."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from services.recommendations.counting.steady import SteadyCounts
from services.recommendations.models import Partners, Shop
from services.shared.errors import Unavailable
from tests.recommendations.counts.makers import an_order, stands
from tests.support.doubles import StandingClock

AGE = timedelta(seconds=30)


class Read(MemoryCounts):
    """Counts that know how often they were read."""

    def __init__(self) -> None:
        super().__init__(MemoryShelf())
        self.shops = 0
        self.skus: Counter[str] = Counter()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.is_away = False

    async def shop(self, now: datetime) -> Shop:
        """See CountReader."""
        self.shops += 1
        await self.may_answer.wait()
        if self.is_away:
            raise Unavailable("database", "away")
        return await super().shop(now)

    async def partners_of(self, skus: Sequence[str]) -> Partners:
        """See CountReader."""
        self.skus.update(skus)
        return await super().partners_of(skus)


async def test_the_shop_is_read_again_when_it_is_old() -> None:
    read, clock = Read(), StandingClock()
    steady = SteadyCounts(read, clock, AGE)
    first = await steady.shop(clock.now())
    await read.count(stands(an_order()))
    clock.advance(AGE / 2)
    assert await steady.shop(clock.now()) is first
    clock.advance(AGE / 2)
    assert set((await steady.shop(clock.now())).sales) == {"LAMP", "ROPE"}
    assert read.shops == 2


async def test_nobody_waits_while_a_shop_that_is_not_too_old_is_read_again() -> None:
    read, clock = Read(), StandingClock()
    steady = SteadyCounts(read, clock, AGE)
    first = await steady.shop(clock.now())
    await read.count(stands(an_order()))
    clock.advance(AGE * 0.9)
    read.may_answer.clear()
    for _ in range(3):
        assert await steady.shop(clock.now()) is first
        await asyncio.sleep(0)
    assert read.shops == 2
    read.may_answer.set()
    clock.advance(AGE * 0.1)
    second = await steady.shop(clock.now())
    assert set(second.sales) == {"LAMP", "ROPE"}
    assert read.shops == 2


async def test_a_shop_that_cannot_be_read_again_is_served_until_it_is_too_old() -> None:
    read, clock = Read(), StandingClock()
    steady = SteadyCounts(read, clock, AGE)
    first = await steady.shop(clock.now())
    read.is_away = True
    clock.advance(AGE * 0.9)
    for _ in range(9):
        assert await steady.shop(clock.now()) is first
        await asyncio.sleep(0)
    clock.advance(AGE * 0.1)
    with pytest.raises(Unavailable):
        await steady.shop(clock.now())


async def test_only_partners_that_are_missing_or_old_are_read() -> None:
    read, clock = Read(), StandingClock()
    steady = SteadyCounts(read, clock, AGE)
    await read.count(stands(an_order("o1", "LAMP", "ROPE")))
    assert set(await steady.partners_of(["LAMP", "NONE"])) == {"LAMP"}
    await read.count(stands(an_order("o2", "LAMP", "SOAP")))
    assert {sku: len(found) for sku, found in (await steady.partners_of(["LAMP", "SOAP"])).items()} == {
        "LAMP": 1, "SOAP": 1,
    }  # fmt: skip
    assert read.skus == {"LAMP": 1, "NONE": 1, "SOAP": 1}
    clock.advance(AGE)
    assert len((await steady.partners_of(["LAMP"]))["LAMP"]) == 2


async def test_with_no_age_all_is_read_each_time() -> None:
    read, clock = Read(), StandingClock()
    steady = SteadyCounts(read, clock, timedelta(0))
    for orders in (1, 2):
        await read.count(stands(an_order(f"o{orders}")))
        assert (await steady.shop(clock.now())).sales["LAMP"].total.orders == orders
        assert (await steady.partners_of(["LAMP"]))["LAMP"][0].orders == orders
        assert len((await steady.bought_since(["ada"], clock.now() - AGE))["ada"]) == orders
