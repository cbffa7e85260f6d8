"""How the orders that stand are walked, newest first: by spans of time, each as wide as the last one says. Pure.

A server that reads every match before it limits is asked for little more than a page holds, however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.orders.models import (
    EPOCH,
    MILLISECOND,
    STANDING,
    Order,
    OrderPosition,
    milliseconds_of,
)
from services.shared.errors import Invalid
from services.shared.pages import decode_cursor, encode_cursor
from services.shared.standing_orders import StandingLine, StandingOrder, StandingOrders

AHEAD: Final = timedelta(hours=1)
"""From now, where the first span begins: the clocks of processes differ."""

FIRST: Final = timedelta(hours=2)
WIDER: Final = 4
"""The first span; and by how much the next one is wider at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Orders that were placed at `since` or later, and come before the position."""

    since: datetime
    before: OrderPosition

    @property
    def width(self) -> timedelta:
        """The time between its ends."""
        return self.before.placed_at - self.since


def span_of(after: str, now: datetime) -> Span:
    """The span that a page is read from. Raises Invalid at `after` for what is no `after` of a page."""
    if not after:
        return _span(OrderPosition(placed_at=now + AHEAD, order_id=""), FIRST)
    moment, order_id, width = decode_cursor(after, int, str, int)
    try:
        return _span(_position(int(moment), str(order_id)), max(int(width), 1) * MILLISECOND)
    except OverflowError:
        raise Invalid("not a place among the orders that stand", ("after",)) from None


def page_of_span(span: Span, found: Sequence[Order], limit: int) -> StandingOrders:
    """The page, given what was found in the span, of any state: one more than it may hold, where there are so many."""
    taken = found[:limit]
    is_whole = len(found) <= limit
    if is_whole:
        last, width = OrderPosition(placed_at=span.since, order_id=""), _wider(span.width, len(found), limit)
    else:
        last = OrderPosition(placed_at=taken[-1].placed_at, order_id=taken[-1].id)
        width = span.before.placed_at - last.placed_at
    return StandingOrders(
        orders=tuple(_standing(order) for order in taken if order.status in STANDING),
        after=encode_cursor(milliseconds_of(last.placed_at), last.order_id, max(width // MILLISECOND, 1)),
        has_more=not is_whole or span.since > EPOCH,
    )


def _wider(width: timedelta, found: int, wanted: int) -> timedelta:
    return width * min(wanted / found, WIDER) if found else width * WIDER


def _span(before: OrderPosition, width: timedelta) -> Span:
    return Span(since=max(before.placed_at - min(width, before.placed_at - EPOCH), EPOCH), before=before)


def _position(moment: int, order_id: str) -> OrderPosition:
    return OrderPosition(placed_at=EPOCH + moment * MILLISECOND, order_id=order_id)


def _standing(order: Order) -> StandingOrder:
    lines = tuple(StandingLine(sku=line.sku, quantity=line.quantity) for line in order.lines)
    return StandingOrder(order_id=order.id, customer_id=order.customer_id, placed_at=order.placed_at, lines=lines)
