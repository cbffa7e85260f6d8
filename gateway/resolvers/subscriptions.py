"""What can be subscribed to. Answers who may watch what; how a state reaches a subscriber is `gateway/live`."""

from collections.abc import Sequence

import graphene

from gateway.context import Info, context_of
from gateway.inputs import checked_id
from gateway.live.mailbox import Mailbox
from gateway.live.states import OrderState, State, Watched
from gateway.resolvers.orders import owned_order
from gateway.types.orders import Order
from gateway.types.products import Stock
from services.shared.errors import Invalid
from workflows.place_order import CLOSED


class Subscriptions(graphene.ObjectType):
    """The present state first, then each later one."""

    order_updated = graphene.Field(
        Order,
        required=True,
        description="[OWNER] the order as it is now, then after each change, until it is in a final state",
        order_id=graphene.ID(name="id", required=True),
    )
    stock_changed = graphene.Field(
        Stock,
        required=True,
        skus=graphene.List(graphene.NonNull(graphene.String), required=True),
    )

    @staticmethod
    async def subscribe_order_updated(_root: object, info: Info, order_id: str) -> Mailbox:
        """Raises NotFound for somebody else's order, as for none."""
        context = context_of(info)
        order = await owned_order(context, order_id)
        return await context.hub.watch(Watched.ORDERS, frozenset({order.id}), _is_final)

    @staticmethod
    async def subscribe_stock_changed(_root: object, info: Info, skus: Sequence[str]) -> Mailbox:
        """A SKU without stock yet is watched until it has some."""
        hub = context_of(info).hub
        if not 1 <= len(skus) <= hub.most:
            raise Invalid(f"give 1 to {hub.most} SKUs", ("skus",))
        checked = frozenset(checked_id(sku, "skus", str(index)) for index, sku in enumerate(skus))
        return await hub.watch(Watched.STOCK, checked, _never)


def _is_final(state: State) -> bool:
    return isinstance(state, OrderState) and state.order.status in CLOSED


def _never(_state: State) -> bool:
    return False
