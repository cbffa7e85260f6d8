"""The face of orders to others, and what they need from their store. Protocols only."""

from collections.abc import Sequence
from typing import Protocol

from services.orders.models import (
    AdvanceOrder,
    Order,
    OrderPage,
    OrderQuery,
    RecordOrder,
)
from services.orders.standing import Span
from services.shared.actors import Actor
from services.shared.events import Event, Origin
from services.shared.safety import safe
from services.shared.standing_orders import ListStandingOrders, StandingOrders


class Orders(Protocol):
    """What others may ask of orders."""

    async def record_order(self, command: RecordOrder, origin: Origin) -> Order:
        """Stores it as PLACED, or answers the order of that id as it is now.

        Raises:
            IdempotencyMismatch: the id was used with another fingerprint.
            Invalid: a total beyond the largest amount, path `("lines",)`.
        """
        ...

    async def advance_order(self, command: AdvanceOrder, origin: Origin) -> Order:
        """Moves it on along the table of transitions; being there already is no change.

        Raises:
            NotFound: no such order.
            Conflict: no way leads from its state to that one.
        """
        ...

    @safe
    async def orders_by_id(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """Those of the orders that exist, in no order. For workflows, and for watching: shows them to nobody itself."""
        ...

    @safe
    async def visible_orders(self, ids: Sequence[str], actor: Actor) -> tuple[Order, ...]:
        """Those of the orders that exist and are open to the actor, in no order: one's own, all to OPS."""
        ...

    @safe
    async def list_orders(self, query: OrderQuery, actor: Actor) -> OrderPage:
        """One page, newest first.

        Raises:
            Invalid: a page size or cursor out of range.
            Forbidden: orders of others, or of everybody, for an actor who does not run the shop.
        """
        ...


class OrderSteps(Orders, Protocol):
    """What workflows ask besides, inside the process of the orders."""

    async def list_standing(self, wish: ListStandingOrders) -> StandingOrders:
        """The next page of all orders that stand, newest first. What is placed meanwhile is on no page.

        Raises:
            Invalid: at `after`, for what no page gave.
        """
        ...


class OrderStore(Protocol):
    """Where orders are kept. Every write stores its events in the same transaction."""

    async def insert(self, order: Order, events: Sequence[Event]) -> Order:
        """Adds it, or answers the one of the same id."""
        ...

    async def replace(self, order: Order, expected_version: int, events: Sequence[Event]) -> bool:
        """Stores the new state if the stored version is still the expected one; False when it is not."""
        ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[Order, ...]: ...

    async def page(self, query: OrderQuery) -> OrderPage: ...

    async def placed_in(self, span: Span, limit: int) -> tuple[Order, ...]:
        """Those of the span, newest first, at most so many."""
        ...
