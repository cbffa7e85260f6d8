"""Orders that stand, as the service of orders hands them over to whoever counts what was bought. Values only; a field
may be added with a default, never removed or renamed, because running workflows hold old ones.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    """What was bought of one product."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrder:
    """An order that was confirmed and is not cancelled: who bought what, and when."""

    order_id: str
    customer_id: str
    placed_at: datetime
    lines: tuple[StandingLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStandingOrders:
    """The wish for the next page of the orders that stand, newest first.

    Attributes:
        after: the `after` of the page before; empty for the first.
        limit: how many, at most.
    """

    after: str = ""
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrders:
    """A page; it may be empty though there are more."""

    orders: tuple[StandingOrder, ...]
    after: str
    has_more: bool
