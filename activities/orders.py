"""The steps of orders. No rule here: unwrap, call the service."""

from dataclasses import dataclass

from temporalio import activity

from activities.origin import origin
from services.orders.models import AdvanceOrder, Order, RecordOrder
from services.orders.ports import OrderSteps
from services.shared.standing_orders import ListStandingOrders, StandingOrders


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOrder:
    """The wish to know whether there is such an order."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrder:
    """The order as it is now; None where there is none."""

    order: Order | None


class OrdersActivities:
    """What workflows may ask of orders; runs on queue `orders`."""

    def __init__(self, orders: OrderSteps) -> None:
        self._orders = orders

    @activity.defn(name="orders.record_order")
    async def record_order(self, command: RecordOrder) -> Order:
        """The order PLACED, or as it is when it was stored before. Refuses with IDEMPOTENCY_MISMATCH."""
        return await self._orders.record_order(command, origin())

    @activity.defn(name="orders.advance_order")
    async def advance_order(self, command: AdvanceOrder) -> Order:
        """The order in the wanted state. Refuses with NOT_FOUND, CONFLICT."""
        return await self._orders.advance_order(command, origin())

    @activity.defn(name="orders.find_order")
    async def find_order(self, command: FindOrder) -> FoundOrder:
        """Looks without changing anything."""
        found = await self._orders.orders_by_id((command.order_id,))
        return FoundOrder(order=found[0] if found else None)

    @activity.defn(name="orders.list_standing")
    async def list_standing(self, wish: ListStandingOrders) -> StandingOrders:
        """The next page of the orders that were confirmed and not cancelled."""
        return await self._orders.list_standing(wish)
