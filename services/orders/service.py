"""The rules of orders: which state follows which, and what a repeated wish means. Knows no database.

Runs no step of the saga: it records what the saga says has happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.orders.events import order_event
from services.orders.models import (
    AdvanceOrder,
    Order,
    OrderPage,
    OrderQuery,
    OrderStatus,
    RecordOrder,
    StatusChange,
    position_of,
)
from services.orders.ports import OrderStore
from services.orders.standing import page_of_span, span_of
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Conflict, Forbidden, IdempotencyMismatch, Invalid, NotFound, Unavailable
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.shared.money import MAX_MINOR, Money
from services.shared.pages import checked_page_size
from services.shared.recent import Recent
from services.shared.standing_orders import ListStandingOrders, StandingOrders

TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.RESERVED, OrderStatus.REJECTED, OrderStatus.CANCELLED}),
    OrderStatus.RESERVED: frozenset({OrderStatus.CONFIRMED, OrderStatus.REJECTED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED}),
    OrderStatus.DELIVERED: frozenset(),
    OrderStatus.REJECTED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}
"""From each state, the states that may follow. An empty row is a final state."""

MAX_ATTEMPTS = 20
"""Tries of one change while others change the same order; each lost race means that another one got on."""


class OrderService:
    """The face of orders, on a store."""

    def __init__(self, store: OrderStore, clock: Clock, ids: IdFactory) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._recent: Recent[Order] = Recent()

    async def record_order(self, command: RecordOrder, origin: Origin) -> Order:
        """See `Orders.record_order`."""
        _check_total(command.total)
        placed = self._placed(command)
        stored = await self._store.insert(placed, [order_event(placed, self._ids.new(), origin)])
        if stored.fingerprint != command.fingerprint:
            raise IdempotencyMismatch("the key was used before, for another order", ("idempotencyKey",))
        self._recent.keep(stored.id, stored)
        return stored

    async def advance_order(self, command: AdvanceOrder, origin: Origin) -> Order:
        """See `Orders.advance_order`."""
        recent = self._recent.take(command.order_id)
        # What is remembered may be old: good for a change that compares versions, never for a refusal.
        if recent and command.status in TRANSITIONS[recent.status]:
            advanced = self._advanced(recent, command)
            if await self._stored(advanced, origin):
                return advanced
        for _ in range(MAX_ATTEMPTS):
            order = await self._existing(command.order_id)
            if order.status is command.status:
                return order
            advanced = self._advanced(order, command)
            if await self._stored(advanced, origin):
                return advanced
        raise Unavailable("database", "the order changes without end")

    async def orders_by_id(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """See `Orders.orders_by_id`."""
        return await self._store.by_ids(ids)

    async def visible_orders(self, ids: Sequence[str], actor: Actor) -> tuple[Order, ...]:
        """See `Orders.visible_orders`."""
        return tuple(order for order in await self._store.by_ids(ids) if actor.may_see(order.customer_id))

    async def list_orders(self, query: OrderQuery, actor: Actor) -> OrderPage:
        """See `Orders.list_orders`."""
        if not actor.runs_the_shop and query.customer_id != actor.user_id:
            raise Forbidden("only OPS sees the orders of others")
        checked_page_size(query.first)
        if query.after is not None:
            position_of(query.after)
        return await self._store.page(query)

    async def list_standing(self, wish: ListStandingOrders) -> StandingOrders:
        """See `OrderSteps.list_standing`."""
        span = span_of(wish.after, self._clock.now())
        return page_of_span(span, await self._store.placed_in(span, wish.limit + 1), wish.limit)

    async def _stored(self, advanced: Order, origin: Origin) -> bool:
        """Whether no other change came between."""
        event = order_event(advanced, self._ids.new(), origin)
        stored = await self._store.replace(advanced, advanced.version - 1, [event])
        if stored:
            self._recent.keep(advanced.id, advanced)
        return stored

    def _placed(self, command: RecordOrder) -> Order:
        now = self._clock.now()
        return Order(
            id=command.order_id,
            customer_id=command.customer_id,
            fingerprint=command.fingerprint,
            lines=command.lines,
            total=command.total,
            status=OrderStatus.PLACED,
            history=(StatusChange(status=OrderStatus.PLACED, at=now),),
            reason=None,
            tracking_number=None,
            version=1,
            placed_at=now,
        )

    def _advanced(self, order: Order, command: AdvanceOrder) -> Order:
        if command.status not in TRANSITIONS[order.status]:
            raise Conflict(f"the order is {order.status} and cannot become {command.status}")
        return replace(
            order,
            status=command.status,
            history=(*order.history, StatusChange(status=command.status, at=self._clock.now())),
            reason=command.reason,
            tracking_number=command.tracking_number or order.tracking_number,
            version=order.version + 1,
        )

    async def _existing(self, order_id: str) -> Order:
        found = await self._store.by_ids([order_id])
        if not found:
            raise NotFound("no such order", ("id",))
        return found[0]


def _check_total(total: Money) -> None:
    """A total that no store can hold would be tried for ever; it is the input that is wrong, so this says so."""
    if not 0 <= total.minor <= MAX_MINOR:
        raise Invalid("the total must be between 0 and 10^15 minor units", ("lines",))
