"""Trends in memory and in MongoDB keep the same contract; sales share a transaction with their events' receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.infra.inbox import Effects, Inbox
from services.infra.mongo import Database
from services.infra.transaction import Reads
from services.notifications.trending.counting import sales_of
from services.notifications.trending.memory import MemoryTrends
from services.notifications.trending.models import Sales
from services.notifications.trending.store import KEPT, MongoTrends, counting
from services.shared.errors import Invalid
from services.shared.events import Event
from services.shared.receipts import Outcome, Receipt
from tests.notifications.trending.contract import NOW, TODAY, Counted, TrendsContract


class TestMemoryTrends(TrendsContract):
    @pytest.fixture
    async def counted(self) -> Counted:
        trends = MemoryTrends()

        async def count(sales: Sequence[Sales]) -> None:
            trends.count(sales)

        return Counted(trends, count)


class TestMongoTrends(TrendsContract):
    @pytest.fixture
    async def counted(self, database: Database) -> Counted:
        trends = MongoTrends(database)
        await trends.prepare()

        async def count(sales: Sequence[Sales]) -> None:
            assert await database.write_all(counting(sales))

        return Counted(trends, count)

    async def test_an_event_that_comes_again_counts_once(self, counted: Counted, database: Database) -> None:
        inbox = Inbox(database)
        await inbox.prepare()
        first, second = Delivered.of(confirmed("e1", ("ink", 2))), Delivered.of(confirmed("e2", ("ink", 3)))

        async def take(*items: Delivered) -> list[Outcome]:
            def decide(_: Reads, fresh: Sequence[Delivered]) -> Effects:
                sales = sales_of(item.event for item in fresh)
                return Effects(writes=counting(sales), outcomes=[Outcome.APPLIED] * len(fresh))

            return await inbox.take_once(items, decide)

        await take(first)
        assert await take(first, second) == [Outcome.DUPLICATE, Outcome.APPLIED]
        assert [trend.score for trend in await counted.trends.trending(NOW, 5)] == [5.0]

    async def test_days_are_deleted_by_the_server_once_they_do_not_count(
        self, counted: Counted, database: Database
    ) -> None:
        await counted.sold("ink", 1)
        (index,) = [each async for each in database.collection("sales").list_indexes() if each["name"] == "day"]
        assert index["expireAfterSeconds"] == KEPT / timedelta(seconds=1)
        stored = await database.collection("sales").find_one()
        assert stored
        assert stored["day"].replace(tzinfo=UTC) == datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Delivered:
    """An event with its receipt."""

    event: Event
    receipt: Receipt

    @staticmethod
    def of(event: Event) -> "Delivered":
        return Delivered(event, Receipt(consumer="c", event_id=event.id, at=NOW))


def confirmed(event_id: str, *lines: tuple[str, int], at: datetime = NOW) -> Event:
    data = {"lines": [{"sku": sku, "quantity": quantity, "name": sku} for sku, quantity in lines], "total": "unread"}
    return Event(id=event_id, type="order.confirmed.v1", subject="o1", sequence=5, time=at, data=data)


def test_sales_are_read_from_confirmed_orders_alone() -> None:
    placed = Event(id="e0", type="order.placed.v1", subject="o1", sequence=1, time=NOW, data={"lines": "unread"})
    events = [placed, confirmed("e1", ("ink", 2), ("pen", 1)), confirmed("e2", ("ink", 3))]
    late = confirmed("e3", ("ink", 1), at=NOW - timedelta(hours=10))
    assert sales_of([*events, late]) == (
        Sales(sku="ink", day=TODAY - timedelta(days=1), units=1),
        Sales(sku="ink", day=TODAY, units=5),
        Sales(sku="pen", day=TODAY, units=1),
    )


@pytest.mark.parametrize("lines", [None, [{"sku": "ink"}], [{"sku": "ink", "quantity": 0}]])
def test_an_order_without_readable_lines_is_refused(lines: object) -> None:
    event = Event(id="e1", type="order.confirmed.v1", subject="o1", sequence=5, time=NOW, data={"lines": lines})
    with pytest.raises(Invalid):
        sales_of([event])
