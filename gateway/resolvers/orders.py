"""Reading orders, and moving them on: cancel, ship, deliver. Placing one is in `placement`."""

import graphene

from gateway.answers import OrderAnswer
from gateway.context import Info, RequestContext, context_of
from gateway.inputs import checked_id
from gateway.ports import SagaClosed
from gateway.types.orders import Order, OrderConnection, OrderPayload, OrderStatusType
from services.orders.errors import NotCancellable
from services.orders.models import Order as OrderModel
from services.orders.models import OrderPage, OrderQuery, OrderStatus
from services.shared.actors import Actor
from services.shared.errors import Conflict, Forbidden, NotFound
from services.shared.text import checked_text
from workflows.messages import CancelOrder, DeliverOrder, ShipOrder
from workflows.place_order import CLOSED

DEFAULT_PAGE = 20
LONGEST_TRACKING_NUMBER = 100
ID_ARGUMENT = {"order_id": graphene.ID(name="id", required=True)}


class OrderQueries(graphene.ObjectType):
    """Reads of orders: one's own; all of them for OPS."""

    order = graphene.Field(Order, description="[OWNER]", **ID_ARGUMENT)
    orders = graphene.Field(
        OrderConnection,
        required=True,
        description="One's own orders; OPS sees all, and may narrow to one customer",
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
        status=graphene.Argument(OrderStatusType),
        customer_id=graphene.ID(),
    )

    @staticmethod
    async def resolve_order(_root: object, info: Info, order_id: str) -> OrderModel:
        """One order. Somebody else's is not found, like one that does not exist."""
        return await owned_order(context_of(info), order_id)

    @staticmethod
    async def resolve_orders(
        _root: object,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        status: OrderStatus | None = None,
        customer_id: str | None = None,
    ) -> OrderPage:
        """One page, newest first."""
        context = context_of(info)
        query = OrderQuery(
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
            customer_id=_whose(context.signed_in, customer_id),
            status=status,
        )
        return await context.backends.orders.list_orders(query, context.signed_in)


class OrderMutations(graphene.ObjectType):
    """What may happen to an order after it was placed."""

    cancel_order = graphene.Field(
        OrderPayload,
        required=True,
        description="[OWNER] possible until SHIPPED, else NOT_CANCELLABLE",
        **ID_ARGUMENT,
    )
    ship_order = graphene.Field(
        OrderPayload, required=True, description="[OPS]", tracking_number=graphene.String(), **ID_ARGUMENT
    )
    deliver_order = graphene.Field(OrderPayload, required=True, description="[OPS]", **ID_ARGUMENT)

    @staticmethod
    async def resolve_cancel_order(_root: object, info: Info, order_id: str) -> OrderAnswer:
        """Undoes all of it, if it is not too late."""
        context = context_of(info)
        order = await owned_order(context, order_id)
        actor = context.signed_in
        command = CancelOrder(actor_id=actor.user_id, by_ops=actor.runs_the_shop)
        try:
            return OrderAnswer(order=await context.backends.sagas.cancel_order(order.id, command))
        except SagaClosed:
            raise NotCancellable(await _why_not(context, order, "cancelled"), ("id",)) from None

    @staticmethod
    async def resolve_ship_order(
        _root: object, info: Info, order_id: str, tracking_number: str | None = None
    ) -> OrderAnswer:
        """The goods have left."""
        context = context_of(info)
        if tracking_number is not None:
            checked_text(tracking_number, ("trackingNumber",), most=LONGEST_TRACKING_NUMBER)
        order = await owned_order(context, order_id)
        actor = context.signed_in
        command = ShipOrder(actor_id=actor.user_id, tracking_number=tracking_number, by_ops=actor.runs_the_shop)
        try:
            return OrderAnswer(order=await context.backends.sagas.ship_order(order.id, command))
        except SagaClosed:
            raise Conflict(await _why_not(context, order, "shipped"), ("id",)) from None

    @staticmethod
    async def resolve_deliver_order(_root: object, info: Info, order_id: str) -> OrderAnswer:
        """The goods have arrived."""
        context = context_of(info)
        order = await owned_order(context, order_id)
        actor = context.signed_in
        command = DeliverOrder(actor_id=actor.user_id, by_ops=actor.runs_the_shop)
        try:
            return OrderAnswer(order=await context.backends.sagas.deliver_order(order.id, command))
        except SagaClosed:
            raise Conflict(await _why_not(context, order, "delivered"), ("id",)) from None


async def owned_order(context: RequestContext, order_id: str) -> OrderModel:
    """The order, if the caller owns it or runs the shop.

    Raises:
        Invalid: no text that an id can be.
        NotFound: none of that id, or somebody else's; the two look the same.
    """
    viewer = context.signed_in
    order = await context.loaders.order.load(checked_id(order_id, "id"))
    if order is None or not (viewer.runs_the_shop or order.customer_id == viewer.user_id):
        raise NotFound("no such order", ("id",))
    return order


async def _why_not(context: RequestContext, order: OrderModel, deed: str) -> str:
    """Why an order takes no message: it is final, or its workflow was ended from outside."""
    context.loaders.order.clear(order.id)
    now = await context.loaders.order.load(order.id)
    if now is None or now.status in CLOSED:
        return f"the order can be {deed} no more"
    return (
        f"the order is {now.status} but its workflow has ended; placing it again with the same idempotencyKey and input"
        f" brings it back, then it can be {deed}"
    )


def _whose(viewer: Actor, customer_id: str | None) -> str | None:
    """Whose orders a caller gets who asks for that customer's; None means everybody's. Raises Forbidden."""
    if customer_id is not None:
        checked_id(customer_id, "customerId")
    if viewer.runs_the_shop:
        return customer_id
    if customer_id not in {None, viewer.user_id}:
        raise Forbidden("only OPS sees the orders of others")
    return viewer.user_id
