"""What events of orders and products do: counted once, taken back, and told to whoever makes lists."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from services.recommendations.handlers import Purchases, ShelfNotes
from services.shared.errors import Invalid, Unavailable
from services.shared.events import Event
from services.shared.receipts import Delivery, Outcome, Receipt
from tests.recommendations.counts.makers import NOW, WEEK

PLACED = NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z")
ORDER = {"customerId": "ada", "placedAt": PLACED, "lines": [{"sku": "LAMP", "quantity": 2}], "status": "CONFIRMED"}
PRODUCT = {"sku": "LAMP", "name": "Lamp", "categories": ["Home"], "active": True, "price": {}}


class Told:
    """Offers Refreshing: whose purchases were told, call by call."""

    def __init__(self) -> None:
        self.calls: list[Sequence[str]] = []
        self.away = False

    async def purchased(self, user_ids: Sequence[str]) -> None:
        """See Refreshing."""
        if self.away:
            raise Unavailable("temporal")
        self.calls.append(user_ids)


def told(kind: str, data: Mapping[str, Any], subject: str = "o1", sequence: int = 1) -> Delivery:
    event_id = f"{kind} {subject} {sequence}"
    at = datetime(2026, 12, 24, tzinfo=UTC)
    event = Event(id=event_id, type=kind, subject=subject, sequence=sequence, time=at, data=data)
    return Delivery(event=event, receipt=Receipt(consumer="c", event_id=event_id, at=at))


class TestPurchases:
    @pytest.fixture
    def refreshing(self) -> Told:
        return Told()

    @pytest.fixture
    def counts(self) -> MemoryCounts:
        return MemoryCounts(MemoryShelf())

    @pytest.fixture
    def purchases(self, counts: MemoryCounts, refreshing: Told) -> Purchases:
        return Purchases(counts, refreshing)

    async def test_a_confirmed_order_is_counted_in_the_week_in_which_it_was_placed(
        self, purchases: Purchases, counts: MemoryCounts, refreshing: Told
    ) -> None:
        news = told("order.confirmed.v1", ORDER)
        assert await purchases.preview(news) is Outcome.APPLIED
        assert await counts.purchases_of(["ada"], 0) == {}
        placed = told("order.placed.v1", ORDER, "o2")
        assert list(await purchases.handle([placed, news, placed])) == [Outcome.APPLIED] * 3
        assert await counts.purchases_of(["ada"], 0) == {"ada": {"LAMP": {WEEK: 1}}}
        assert (await counts.shop(NOW)).sales["LAMP"].total.units == 2
        assert refreshing.calls == [["ada"]]
        assert await purchases.preview(news) is Outcome.DUPLICATE

    async def test_a_cancelled_order_is_taken_back_and_its_customer_told(
        self, purchases: Purchases, counts: MemoryCounts, refreshing: Told
    ) -> None:
        await purchases.handle([told("order.confirmed.v1", ORDER)])
        cancelled = told("order.cancelled.v1", ORDER, sequence=4)
        assert list(await purchases.handle([cancelled])) == [Outcome.APPLIED]
        assert await counts.purchases_of(["ada"], 0) == {}
        assert refreshing.calls == [["ada"], ["ada"]]
        late = told("order.confirmed.v1", ORDER, sequence=9)
        assert list(await purchases.handle([late])) == [Outcome.SUPERSEDED]

    async def test_events_on_the_way_have_nobody_told(self, purchases: Purchases, refreshing: Told) -> None:
        kinds = ("placed", "reserved", "shipped", "delivered", "rejected")
        await purchases.handle([told(f"order.{kind}.v1", ORDER) for kind in kinds])
        assert [call for call in refreshing.calls if call] == []

    async def test_who_was_counted_is_told_again_after_a_crash_between_the_two(
        self, purchases: Purchases, counts: MemoryCounts, refreshing: Told
    ) -> None:
        refreshing.away = True
        with pytest.raises(Unavailable):
            await purchases.handle([told("order.confirmed.v1", ORDER)])
        assert await counts.purchases_of(["ada"], 0) == {"ada": {"LAMP": {WEEK: 1}}}
        refreshing.away = False
        assert list(await purchases.handle([told("order.confirmed.v1", ORDER)])) == [Outcome.DUPLICATE]
        assert await counts.purchases_of(["ada"], 0) == {"ada": {"LAMP": {WEEK: 1}}}
        assert refreshing.calls == [["ada"]]

    @pytest.mark.parametrize("wrong", [{"lines": [{"sku": "LAMP"}]}, {"placedAt": "today"}, {"customerId": None}])
    async def test_what_is_no_order_is_refused_before_anything_is_counted(
        self, purchases: Purchases, counts: MemoryCounts, wrong: Mapping[str, Any]
    ) -> None:
        bad = told("order.confirmed.v1", {**ORDER, **wrong}, "o2")
        with pytest.raises(Invalid):
            await purchases.handle([told("order.confirmed.v1", ORDER), bad])
        with pytest.raises(Invalid):
            await purchases.preview(bad)
        assert await counts.purchases_of(["ada"], 0) == {}


async def test_the_shelf_has_what_the_catalogue_told_last() -> None:
    shelf = MemoryShelf()
    notes = ShelfNotes(shelf)
    created = told("product.created.v1", PRODUCT, "p1")
    archived = told("product.archived.v1", {**PRODUCT, "active": False}, "p1", 3)
    assert await notes.preview(created) is Outcome.APPLIED
    assert list(await notes.handle([created, archived])) == [Outcome.APPLIED, Outcome.APPLIED]
    renamed = told("product.updated.v1", {**PRODUCT, "name": "Old lamp"}, "p1", 2)
    assert list(await notes.handle([renamed])) == [Outcome.SUPERSEDED]
    assert (shelf.products["LAMP"].name, shelf.products["LAMP"].active) == ("Lamp", False)
    with pytest.raises(Invalid):
        await notes.handle([told("product.created.v1", {"sku": "LAMP"}, "p1", 4)])
