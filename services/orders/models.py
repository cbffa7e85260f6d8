"""What orders speak: orders, their lines and states, and the pages of their list. Values only."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.shared.errors import Invalid, Problem
from services.shared.money import Money
from services.shared.pages import Page, decode_cursor, encode_cursor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class OrderStatus(StrEnum):
    """The contract's states of an order."""

    PLACED = "PLACED"
    RESERVED = "RESERVED"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line as it was placed: name and price never change again."""

    sku: str
    name: str
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """When the order came into a state."""

    status: OrderStatus
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it is now.

    Attributes:
        fingerprint: a hash of the input that placed it; tells a repeated key from a reused one.
        history: oldest first, never empty.
        reason: set on REJECTED and CANCELLED.
    """

    id: str
    customer_id: str
    fingerprint: str
    lines: tuple[OrderLine, ...]
    total: Money
    status: OrderStatus
    history: tuple[StatusChange, ...]
    reason: Problem | None
    tracking_number: str | None
    version: int
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOrder:
    """The wish to store a new order as PLACED; repeatable by `order_id` and `fingerprint`."""

    order_id: str
    customer_id: str
    fingerprint: str
    lines: tuple[OrderLine, ...]
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceOrder:
    """The wish that the order is in `status`; without effect where it is there already."""

    order_id: str
    status: OrderStatus
    reason: Problem | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """One page of orders, newest first; `customer_id` None means everybody's."""

    first: int = 20
    after: str | None = None
    customer_id: str | None = None
    status: OrderStatus | None = None


OrderPage = Page[Order]


STANDING = frozenset({OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DELIVERED})
"""The states of an order that was paid and not called off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPosition:
    """A place in the list of orders, which is sorted by both, newest first."""

    placed_at: datetime
    order_id: str


def milliseconds_of(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def cursor_of(order: Order) -> str:
    """Where the order stands, as an opaque text."""
    return encode_cursor(milliseconds_of(order.placed_at), order.id)


def position_of(cursor: str) -> OrderPosition:
    """The place that a cursor names. Raises Invalid at `after` when it is none."""
    moment, order_id = decode_cursor(cursor, int, str)
    try:
        placed_at = EPOCH + int(moment) * MILLISECOND
    except OverflowError:
        raise Invalid("not a cursor of this list", ("after",)) from None
    return OrderPosition(placed_at=placed_at, order_id=str(order_id))
