"""What inventory speaks: stock items, reservations and their commands. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.shared.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class StockItem:
    """How much of one SKU there is. Always `on_hand = available + reserved`, none below zero."""

    sku: str
    on_hand: int
    reserved: int
    available: int
    version: int
    updated_at: datetime


class ReservationState(StrEnum):
    """HELD may become any other; COMMITTED may become RETURNED; the rest are final."""

    HELD = "HELD"
    COMMITTED = "COMMITTED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    RETURNED = "RETURNED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedLine:
    """A SKU and how many of it an order holds."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What one order holds; there is at most one reservation an order, ever.

    A RELEASED one without lines is the tombstone of a release that came before its hold.
    """

    order_id: str
    lines: tuple[ReservedLine, ...]
    state: ReservationState
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStock:
    """The wish to hold every line or none.

    Attributes:
        lines: in the shopper's order, each SKU once (refusals name the index).
        ttl_seconds: how long the hold lasts unless committed.
    """

    order_id: str
    lines: tuple[ReservedLine, ...]
    ttl_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStock:
    """The wish that a SKU has a stock item, delivered with `quantity`; repeatable by SKU."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStock:
    """A delivery (+) or a loss (-); repeatable by `adjustment_id`."""

    adjustment_id: str
    sku: str
    delta: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredHolds:
    """What a sweep released; `more` when it stopped at its limit."""

    count: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An entry of the stock ledger: goods delivered (+) or lost (-), never changed once written.

    Attributes:
        actor_id: the user who entered it; None for the opening delivery, which comes with the product.
        on_hand: how many there were after it.
        version: that of the stock item after it; orders the entries of a SKU.
    """

    id: str
    sku: str
    delta: int
    reason: str
    at: datetime
    actor_id: str | None
    on_hand: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentQuery:
    """One page of a SKU's ledger, newest first.

    Attributes:
        first: 1 to 100.
        after: an edge's cursor of the same SKU.
    """

    sku: str
    first: int = 20
    after: str | None = None


AdjustmentPage = Page[Adjustment]
