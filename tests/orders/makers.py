"""Orders to test with."""

from datetime import UTC, datetime, timedelta

from services.orders.models import Order, OrderLine, OrderStatus, RecordOrder, StatusChange
from services.shared.errors import Problem
from services.shared.events import Event, Origin
from services.shared.money import Money

MOMENT = datetime(2026, 11, 22, 21, 4, 5, 123000, tzinfo=UTC)
ORIGIN = Origin(correlation_id="o1", causation_id="order/o1")
LINES = (
    OrderLine(sku="SHOE-1", name="Trail Shoe", quantity=2, unit_price=Money(minor=8999, currency="EUR")),
    OrderLine(sku="SOCK-1", name="Socks", quantity=1, unit_price=Money(minor=999, currency="EUR")),
)
TOTAL = Money(minor=18997, currency="EUR")
REASON = Problem(code="OUT_OF_STOCK", message="2 of SHOE-1 are left", path=("lines", "0", "quantity"))


def an_order(
    order_id: str = "o1",
    *,
    customer: str = "c1",
    status: OrderStatus = OrderStatus.PLACED,
    placed: timedelta = timedelta(),
    fingerprint: str = "f1",
) -> Order:
    """An order placed `placed` after MOMENT."""
    return Order(
        id=order_id,
        customer_id=customer,
        fingerprint=fingerprint,
        lines=LINES,
        total=TOTAL,
        status=status,
        history=(StatusChange(status=status, at=MOMENT + placed),),
        reason=None,
        tracking_number=None,
        version=1,
        placed_at=MOMENT + placed,
    )


def an_event(event_id: str = "e1", order_id: str = "o1", sequence: int = 1) -> Event:
    return Event(
        id=event_id, type="order.placed.v1", subject=order_id, sequence=sequence, time=MOMENT, data={}, origin=ORIGIN
    )


def a_wish(order_id: str = "o1", *, customer: str = "c1", fingerprint: str = "f1") -> RecordOrder:
    """The wish that an_order comes from."""
    return RecordOrder(order_id=order_id, customer_id=customer, fingerprint=fingerprint, lines=LINES, total=TOTAL)
