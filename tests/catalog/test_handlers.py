"""Events of stock become the catalogue's in-stock filter, whatever order they come in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.catalog.handlers import StockNotes
from services.catalog.memory import MemoryProductStore
from services.catalog.models import ProductQuery
from services.shared.errors import Invalid
from services.shared.events import Event
from services.shared.receipts import Delivery, Outcome, Receipt
from tests.catalog.makers import a_product

SOLD_OUT = {"sku": "SKU-p1", "onHand": 3, "reserved": 3, "available": 0, "quantity": 3, "orderId": "o1"}
DELIVERED = SOLD_OUT | {"onHand": 10, "available": 7}


def told(data: dict[str, Any], sequence: int = 1, kind: str = "stock.adjusted.v1") -> Delivery:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    event = Event(id=f"e{sequence}", type=kind, subject="SKU-p1", sequence=sequence, time=moment, data=data)
    return Delivery(event=event, receipt=Receipt(consumer="stock-notes", event_id=event.id, at=moment))


def heard(_since: datetime) -> None:
    """Whoever shows lists; of no matter here."""


@pytest.fixture
async def store() -> MemoryProductStore:
    store = MemoryProductStore()
    await store.insert(a_product(), [])
    return store


@pytest.mark.parametrize("kind", ["stock.reserved.v1", "stock.released.v1", "stock.committed.v1", "stock.adjusted.v1"])
async def test_every_event_of_stock_is_heard(store: MemoryProductStore, kind: str) -> None:
    assert list(await StockNotes(store, heard).handle([told(DELIVERED, kind=kind)])) == [Outcome.APPLIED]
    assert await store.count(ProductQuery(in_stock=True)) == 1


async def test_the_stocks_version_decides_not_the_order_of_arrival(store: MemoryProductStore) -> None:
    notes = StockNotes(store, heard)
    outcomes = await notes.handle([told(SOLD_OUT, 3), told(DELIVERED, 2), told(SOLD_OUT, 3)])
    assert list(outcomes) == [Outcome.APPLIED, Outcome.SUPERSEDED, Outcome.DUPLICATE]
    assert await store.count(ProductQuery(in_stock=True)) == 0
    assert await notes.preview(told(DELIVERED, 4)) is Outcome.APPLIED
    await notes.handle([told(DELIVERED, 4)])
    assert await store.count(ProductQuery(in_stock=True)) == 1


@pytest.mark.parametrize(
    "data", [{}, {"sku": "SKU-p1"}, DELIVERED | {"available": -1}, DELIVERED | {"available": "many"}]
)
async def test_data_that_is_none_of_stock_is_refused_and_none_of_the_others_noted(
    store: MemoryProductStore, data: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        await StockNotes(store, heard).handle([told(DELIVERED), told(data, 2)])
    assert store.notes == {}


async def test_who_shows_lists_is_told_when_they_are_others_and_again_when_that_may_have_been_lost(
    store: MemoryProductStore,
) -> None:
    told_times: list[int] = []
    notes = StockNotes(store, lambda _since: told_times.append(len(store.notes)))
    await notes.handle([told(DELIVERED)])
    assert told_times == [1], "once they are written"
    await notes.handle([told(DELIVERED | {"available": 6}, 2)])
    assert told_times == [1], "one less in stock moves nothing"
    await notes.handle([told(SOLD_OUT, 4)])
    await notes.handle([told(DELIVERED, 3)])
    assert told_times == [1, 1], "what comes late moves nothing"
    await notes.handle([told(SOLD_OUT, 4)])
    assert told_times == [1, 1, 1], "whoever had it before may have ended before it told"
