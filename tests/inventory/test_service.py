"""What inventory refuses before it asks its store, and what its events say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.inventory.memory import MemoryStockStore
from services.inventory.models import AdjustStock, HoldStock, OpenStock, ReservedLine
from services.inventory.service import InventoryService
from services.shared.errors import Conflict, Invalid
from services.shared.events import Event
from tests.inventory.makers import ORIGIN, TTL, a_hold, a_service, an_adjustment, lines_of, opened
from tests.support.doubles import StandingClock
from tests.support.identity import OPS


@pytest.fixture
def store() -> MemoryStockStore:
    return MemoryStockStore()


@pytest.fixture
async def shop(store: MemoryStockStore) -> InventoryService:
    return await opened(a_service(store), LAMP=10)


TWICE = (ReservedLine(sku="LAMP", quantity=1), ReservedLine(sku="LAMP", quantity=1))
MANY = tuple(ReservedLine(sku=f"S{number}", quantity=1) for number in range(101))


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (HoldStock(order_id="", lines=lines_of(LAMP=1), ttl_seconds=1), ("orderId",)),
        (HoldStock(order_id="o\x00", lines=lines_of(LAMP=1), ttl_seconds=1), ("orderId",)),
        (HoldStock(order_id="o" * 201, lines=lines_of(LAMP=1), ttl_seconds=1), ("orderId",)),
        (a_hold("o"), ("lines",)),
        (HoldStock(order_id="o", lines=MANY, ttl_seconds=1), ("lines",)),
        (HoldStock(order_id="o", lines=TWICE, ttl_seconds=1), ("lines", "1", "sku")),
        (a_hold("o", LAMP=0), ("lines", "0", "quantity")),
        (a_hold("o", LAMP=1, ROPE=1001), ("lines", "1", "quantity")),
        (a_hold("o", **{"$where": 1}), ("lines", "0", "sku")),
        (a_hold("o", 0, LAMP=1), ("ttlSeconds",)),
        (a_hold("o", 86401, LAMP=1), ("ttlSeconds",)),
    ],
)
async def test_a_hold_that_can_never_be_right_is_invalid(
    shop: InventoryService, store: MemoryStockStore, command: HoldStock, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await shop.hold_stock(command, ORIGIN)
    assert refused.value.problems[0].path == path
    assert store.reservations == {}


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=0, reason="r"), ("delta",)),
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=1_000_001, reason="r"), ("delta",)),
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=-1_000_001, reason="r"), ("delta",)),
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=1, reason=""), ("reason",)),
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=1, reason="   "), ("reason",)),
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=1, reason="r" * 201), ("reason",)),
        (AdjustStock(adjustment_id="a", sku="LAMP", delta=1, reason="r\x1b"), ("reason",)),
        (AdjustStock(adjustment_id="", sku="LAMP", delta=1, reason="r"), ("adjustmentId",)),
        (AdjustStock(adjustment_id="a", sku="LA MP", delta=1, reason="r"), ("sku",)),
    ],
)
async def test_an_adjustment_that_can_never_be_right_is_invalid(
    shop: InventoryService, store: MemoryStockStore, command: AdjustStock, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await shop.adjust_stock(command, OPS, ORIGIN)
    assert refused.value.problems[0].path == path
    assert store.stock["LAMP"].version == 1


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (OpenStock(sku="", quantity=1), ("sku",)),
        (OpenStock(sku="S" * 65, quantity=1), ("sku",)),
        (OpenStock(sku="SOAP", quantity=-1), ("quantity",)),
        (OpenStock(sku="SOAP", quantity=1_000_001), ("quantity",)),
    ],
)
async def test_an_item_that_can_never_be_right_is_invalid(
    shop: InventoryService, store: MemoryStockStore, command: OpenStock, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await shop.open_stock(command, ORIGIN)
    assert refused.value.problems[0].path == path
    assert set(store.stock) == {"LAMP"}


@pytest.mark.parametrize("limit", [0, 1001])
async def test_a_sweep_is_bounded(shop: InventoryService, limit: int) -> None:
    with pytest.raises(Invalid):
        await shop.expire_holds(limit, ORIGIN)


async def test_what_cannot_be_a_sku_has_no_stock(shop: InventoryService) -> None:
    assert [item.sku for item in await shop.stock_of(["\ud800", "$gt", "LAMP", "LAMP"])] == ["LAMP"]


async def test_stock_stays_within_what_clients_can_count(shop: InventoryService) -> None:
    for number in range(999):
        await shop.adjust_stock(an_adjustment(f"a{number}", "LAMP", 1_000_000), OPS, ORIGIN)
    with pytest.raises(Conflict) as refused:
        await shop.adjust_stock(an_adjustment("last", "LAMP", 1_000_000), OPS, ORIGIN)
    assert refused.value.problems[0].path == ("delta",)


async def test_every_change_tells_how_the_item_stands_after_it(store: MemoryStockStore) -> None:
    clock = StandingClock()
    shop = await opened(a_service(store, clock), LAMP=10)
    await shop.adjust_stock(an_adjustment("a1", "LAMP", -1), OPS, ORIGIN)
    for order_id in ("sold", "released", "late"):
        await shop.hold_stock(a_hold(order_id, LAMP=2), ORIGIN)
    await shop.commit_hold("sold", ORIGIN)
    await shop.release_hold("released", ORIGIN)
    await shop.release_hold("sold", ORIGIN)
    clock.advance(timedelta(seconds=TTL))
    await shop.expire_holds(9, ORIGIN)
    assert [told(event) for event in store.events] == [
        ("stock.adjusted.v1", 1, {"onHand": 10, "reserved": 0, "available": 10, "quantity": 10}),
        ("stock.adjusted.v1", 2, {"onHand": 9, "reserved": 0, "available": 9, "quantity": -1}),
        ("stock.reserved.v1", 3, {"onHand": 9, "reserved": 2, "available": 7, "quantity": 2, "orderId": "sold"}),
        ("stock.reserved.v1", 4, {"onHand": 9, "reserved": 4, "available": 5, "quantity": 2, "orderId": "released"}),
        ("stock.reserved.v1", 5, {"onHand": 9, "reserved": 6, "available": 3, "quantity": 2, "orderId": "late"}),
        ("stock.committed.v1", 6, {"onHand": 7, "reserved": 4, "available": 3, "quantity": 2, "orderId": "sold"}),
        ("stock.released.v1", 7, {"onHand": 7, "reserved": 2, "available": 5, "quantity": 2, "orderId": "released"}),
        ("stock.released.v1", 8, {"onHand": 9, "reserved": 2, "available": 7, "quantity": 2, "orderId": "sold"}),
        ("stock.released.v1", 9, {"onHand": 9, "reserved": 0, "available": 9, "quantity": 2, "orderId": "late"}),
    ]
    assert {event.origin for event in store.events[:-1]} == {ORIGIN}
    assert store.events[-1].origin == replace(ORIGIN, correlation_id="late")
    assert store.events[-1].time == clock.now()


def told(event: Event) -> tuple[str, int, dict[str, object]]:
    assert event.subject == event.data["sku"] == "LAMP"
    return event.type, event.sequence, {key: value for key, value in event.data.items() if key != "sku"}


async def test_a_repetition_tells_nothing(shop: InventoryService, store: MemoryStockStore) -> None:
    for _ in range(2):
        await shop.hold_stock(a_hold("o1", LAMP=2), ORIGIN)
        await shop.open_stock(OpenStock(sku="LAMP", quantity=10), ORIGIN)
        await shop.adjust_stock(an_adjustment("a1", "LAMP", 1), OPS, ORIGIN)
    for _ in range(2):
        await shop.commit_hold("o1", ORIGIN)
    for _ in range(2):
        await shop.release_hold("o1", ORIGIN)
    assert [event.type for event in store.events] == [
        "stock.adjusted.v1", "stock.reserved.v1", "stock.adjusted.v1", "stock.committed.v1", "stock.released.v1",
    ]  # fmt: skip
