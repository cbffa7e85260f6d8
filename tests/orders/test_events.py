"""What an order's events hold, and that they hold no more."""

from dataclasses import replace

from services.orders.events import order_event
from services.orders.models import OrderStatus
from services.shared.errors import Problem
from tests.orders.makers import MOMENT, ORIGIN, REASON, an_order

DATA = {
    "orderId": "o1",
    "customerId": "c1",
    "status": "PLACED",
    "lines": [
        {"sku": "SHOE-1", "name": "Trail Shoe", "quantity": 2, "unitPrice": {"amount": "89.99", "currency": "EUR"}},
        {"sku": "SOCK-1", "name": "Socks", "quantity": 1, "unitPrice": {"amount": "9.99", "currency": "EUR"}},
    ],
    "total": {"amount": "189.97", "currency": "EUR"},
    "placedAt": "2026-11-22T21:04:05.123Z",
}


def test_a_placed_order() -> None:
    event = order_event(an_order(), "e1", ORIGIN)
    assert (event.id, event.type, event.topic) == ("e1", "order.placed.v1", "caravan.orders")
    assert (event.subject, event.sequence, event.time) == ("o1", 1, MOMENT)
    assert event.origin == ORIGIN
    assert event.data == DATA


def test_a_rejected_order_tells_why() -> None:
    rejected = replace(an_order(status=OrderStatus.REJECTED), reason=REASON, version=2)
    event = order_event(rejected, "e2", ORIGIN)
    reason = {"code": "OUT_OF_STOCK", "message": "2 of SHOE-1 are left", "path": ["lines", "0", "quantity"]}
    assert (event.type, event.sequence) == ("order.rejected.v1", 2)
    assert event.data == {**DATA, "status": "REJECTED", "reason": reason}


def test_a_reason_without_a_field_has_no_path() -> None:
    cancelled = replace(an_order(status=OrderStatus.CANCELLED), reason=Problem(code="CONFLICT", message="cancelled"))
    event = order_event(cancelled, "e2", ORIGIN)
    assert event.data["reason"] == {"code": "CONFLICT", "message": "cancelled"}


def test_a_shipped_order_tells_its_tracking_number() -> None:
    event = order_event(replace(an_order(status=OrderStatus.SHIPPED), tracking_number="1Z"), "e4", ORIGIN)
    assert event.data == {**DATA, "status": "SHIPPED", "trackingNumber": "1Z"}
