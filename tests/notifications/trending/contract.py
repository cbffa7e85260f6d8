"""What every keeper of sales must do: one suite, run on the memory and on MongoDB."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from services.notifications.trending.models import HALF_LIFE, WINDOW, Sales
from services.notifications.trending.ports import Trends

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@dataclass
class Counted:
    """The trends under test, and how sales come to be among them."""

    trends: Trends
    count: Callable[[Sequence[Sales]], Awaitable[None]]

    async def sold(self, sku: str, units: int, day: date = TODAY) -> None:
        await self.count([Sales(sku=sku, day=day, units=units)])

    async def skus(self, limit: int = 10) -> list[str]:
        return [trend.sku for trend in await self.trends.trending(NOW, limit)]


class TrendsContract(ABC):
    """The suite. A subclass gives the trends."""

    @pytest.fixture
    @abstractmethod
    async def counted(self) -> Counted: ...

    async def test_where_nothing_was_sold_nothing_is_trending(self, counted: Counted) -> None:
        assert await counted.trends.trending(NOW, 10) == ()

    async def test_what_is_sold_most_comes_first_and_equals_by_their_name(self, counted: Counted) -> None:
        await counted.count([Sales(sku=sku, day=TODAY, units=units) for sku, units in (("b", 2), ("c", 3), ("a", 2))])
        assert await counted.skus() == ["c", "a", "b"]
        assert await counted.skus(limit=2) == ["c", "a"]

    async def test_sales_add_up_over_a_day_and_over_days(self, counted: Counted) -> None:
        for _ in range(3):
            await counted.sold("ink", 2)
        await counted.sold("ink", 4, TODAY - HALF_LIFE)
        (trend,) = await counted.trends.trending(NOW, 10)
        assert trend.score == pytest.approx(8.0)

    async def test_a_sale_counts_half_after_a_half_life(self, counted: Counted) -> None:
        await counted.sold("old", 10, TODAY - HALF_LIFE)
        await counted.sold("older", 10, TODAY - 2 * HALF_LIFE)
        await counted.sold("new", 6)
        assert {each.sku: each.score for each in await counted.trends.trending(NOW, 10)} == {
            "new": pytest.approx(6.0),
            "old": pytest.approx(5.0),
            "older": pytest.approx(2.5),
        }

    async def test_what_is_older_than_the_window_or_of_tomorrow_does_not_count(self, counted: Counted) -> None:
        await counted.sold("gone", 1000, TODAY - WINDOW)
        await counted.sold("tomorrow", 1000, TODAY + timedelta(days=1))
        await counted.sold("last", 1, TODAY - WINDOW + timedelta(days=1))
        assert await counted.skus() == ["last"]
