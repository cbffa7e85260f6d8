"""Orders in memory: the fake of the store, kept to the same contract suite. For tests; forgets everything."""

from collections.abc import Sequence

from services.orders.models import Order, OrderPage, OrderQuery, cursor_of, position_of
from services.orders.standing import Span
from services.shared.events import Event
from services.shared.pages import page_of


class MemoryOrderStore:
    """An OrderStore in a dict. `events` is what an outbox would hold, in the order of storing."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._orders: dict[str, Order] = {}

    async def insert(self, order: Order, events: Sequence[Event]) -> Order:
        """See `OrderStore.insert`."""
        if order.id in self._orders:
            return self._orders[order.id]
        self._orders[order.id] = order
        self.events.extend(events)
        return order

    async def replace(self, order: Order, expected_version: int, events: Sequence[Event]) -> bool:
        """See `OrderStore.replace`."""
        stored = self._orders.get(order.id)
        if stored is None or stored.version != expected_version:
            return False
        self._orders[order.id] = order
        self.events.extend(events)
        return True

    async def by_ids(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """See `OrderStore.by_ids`."""
        return tuple(self._orders[order_id] for order_id in dict.fromkeys(ids) if order_id in self._orders)

    async def page(self, query: OrderQuery) -> OrderPage:
        """See `OrderStore.page`."""
        matching = [order for order in self._orders.values() if _matches(order, query)]
        matching.sort(key=_place, reverse=True)
        if query.after is not None:
            after = position_of(query.after)
            matching = [order for order in matching if _place(order) < (after.placed_at, after.order_id)]
        return page_of(matching[: query.first + 1], query, cursor_of)

    async def placed_in(self, span: Span, limit: int) -> tuple[Order, ...]:
        """See `OrderStore.placed_in`."""
        before = (span.before.placed_at, span.before.order_id)
        found = [order for order in self._orders.values() if span.since <= order.placed_at and _place(order) < before]
        found.sort(key=_place, reverse=True)
        return tuple(found[:limit])


def _place(order: Order) -> tuple[object, ...]:
    return (order.placed_at, order.id)


def _matches(order: Order, query: OrderQuery) -> bool:
    return query.customer_id in {None, order.customer_id} and query.status in {None, order.status}
