"""Orders for another process: their face over internal HTTP. Adds no rule."""

from collections.abc import Sequence

from services.infra.http import Caller
from services.orders.models import AdvanceOrder, Order, OrderPage, OrderQuery, RecordOrder
from services.shared.actors import Actor
from services.shared.events import Origin


class OrdersClient:
    """The face `Orders`, answered by the orders service. Raises what it raises, and Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def record_order(self, command: RecordOrder, origin: Origin) -> Order:
        """See `Orders.record_order`."""
        order: Order = await self._caller.call("record_order", command=command, origin=origin)
        return order

    async def advance_order(self, command: AdvanceOrder, origin: Origin) -> Order:
        """See `Orders.advance_order`."""
        order: Order = await self._caller.call("advance_order", command=command, origin=origin)
        return order

    async def orders_by_id(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """See `Orders.orders_by_id`."""
        orders: tuple[Order, ...] = await self._caller.call("orders_by_id", ids=ids)
        return orders

    async def visible_orders(self, ids: Sequence[str], actor: Actor) -> tuple[Order, ...]:
        """See `Orders.visible_orders`."""
        orders: tuple[Order, ...] = await self._caller.call("visible_orders", ids=ids, actor=actor)
        return orders

    async def list_orders(self, query: OrderQuery, actor: Actor) -> OrderPage:
        """See `Orders.list_orders`."""
        page: OrderPage = await self._caller.call("list_orders", query=query, actor=actor)
        return page
