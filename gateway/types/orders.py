"""Orders as the schema shows them, and the inputs and answers of placing and moving them."""

from enum import StrEnum

import graphene

from gateway.context import Info, context_of
from gateway.standins import nobody_but
from gateway.types.common import DateTime, Money, Node, PageInfo, UserError, listed
from gateway.types.enums import shown
from gateway.types.products import Product
from gateway.types.users import User
from gateway.types.workflows import Workflow, WorkflowReference
from services.catalog.models import Product as ProductModel
from services.orders.models import Order as OrderModel
from services.orders.models import OrderLine as LineModel
from services.orders.models import OrderPage, OrderStatus
from services.payments.models import Payment as PaymentModel
from services.payments.models import PaymentStatus
from services.shared.errors import NotFound, Unavailable
from services.shared.money import Money as Amount
from services.users.models import User as UserModel
from workflows.names import order_workflow_id

OrderStatusType = shown(
    OrderStatus,
    values={
        "PLACED": "Accepted and stored; the saga runs",
        "RESERVED": "All lines are held in stock",
        "CONFIRMED": "Paid; stock is committed",
        "REJECTED": "Never became binding: out of stock, or payment declined. Everything done was undone",
        "CANCELLED": "Cancelled by its customer or by OPS. Everything done was undone, the payment refunded",
    },
)


class ShownPaymentStatus(StrEnum):
    """The contract's states of a payment; one without a first answer is not shown."""

    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    REFUNDED = "REFUNDED"
    DECLINED = "DECLINED"


PaymentStatusType = shown(ShownPaymentStatus, name="PaymentStatus")


class Payment(graphene.ObjectType):
    """The one payment of an order."""

    status = graphene.Field(PaymentStatusType, required=True)
    amount = graphene.Field(Money, required=True)
    reference = graphene.String(required=True, description="The provider's reference")

    @staticmethod
    def resolve_status(payment: PaymentModel, _info: Info) -> str:
        """The state's name."""
        return payment.status.value


class OrderLine(graphene.ObjectType):
    """A SKU and how many of it, as ordered."""

    sku = graphene.String(required=True)
    name = graphene.String(required=True, description="The product's name when the order was placed")
    quantity = graphene.Int(required=True)
    unit_price = graphene.Field(Money, required=True, description="The price when the order was placed")
    total = graphene.Field(Money, required=True)
    product = graphene.Field(Product, description="Null once the product is gone")

    @staticmethod
    def resolve_total(line: LineModel, _info: Info) -> Amount:
        """Price times quantity."""
        return line.unit_price.times(line.quantity)

    @staticmethod
    async def resolve_product(line: LineModel, info: Info) -> ProductModel | None:
        """The product as it is now."""
        return await context_of(info).loaders.product_by_sku.load(line.sku)


class OrderStatusChange(graphene.ObjectType):
    """When the order came into a state."""

    status = graphene.Field(OrderStatusType, required=True)
    at = graphene.Field(DateTime, required=True)


class Order(graphene.ObjectType):
    """An order as it is now."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    id = graphene.ID(required=True)
    customer = graphene.Field(User, required=True)
    lines = listed(OrderLine)
    total = graphene.Field(Money, required=True)
    status = graphene.Field(OrderStatusType, required=True)
    history = listed(OrderStatusChange, description="Oldest first")
    reason = graphene.Field(UserError, description="Set on REJECTED and CANCELLED")
    payment = graphene.Field(Payment)
    workflow = graphene.Field(Workflow, required=True, description="[OWNER] the saga behind this order")
    placed_at = graphene.Field(DateTime, required=True)

    @staticmethod
    async def resolve_customer(order: OrderModel, info: Info) -> UserModel:
        """Accounts are never deleted, so there is always one."""
        context = context_of(info)
        try:
            customer = await context.loaders.user.load(order.customer_id)
        except Unavailable as absence:
            context.note_gap(info.path, absence)
            return nobody_but(order.customer_id)
        if customer is None:
            raise NotFound("no such customer")
        return customer

    @staticmethod
    async def resolve_payment(order: OrderModel, info: Info) -> PaymentModel | None:
        """Null until the provider has answered for the first time."""
        payment = await context_of(info).loaders.payment.load(order.id)
        shown = payment is not None and payment.status is not PaymentStatus.PENDING and not payment.never_was
        return payment if shown else None

    @staticmethod
    def resolve_workflow(order: OrderModel, _info: Info) -> WorkflowReference:
        """Described only when more than its id is asked for."""
        return WorkflowReference(id=order_workflow_id(order.id), order=order)


class OrderEdge(graphene.ObjectType):
    """An order in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(Order, required=True)


class OrderConnection(graphene.ObjectType):
    """A page of orders."""

    edges = listed(OrderEdge)
    page_info = graphene.Field(PageInfo, required=True)

    @staticmethod
    def resolve_page_info(page: OrderPage, _info: Info) -> OrderPage:
        """The page knows where it stands."""
        return page


class OrderLineInput(graphene.InputObjectType):
    """A SKU and how many of it."""

    sku = graphene.String(required=True)
    quantity = graphene.Int(required=True, description="1 to 1000")


class PlaceOrderInput(graphene.InputObjectType):
    """What is ordered, and how it is paid."""

    lines = listed(OrderLineInput, description="1 to 100 lines, each SKU once")
    payment_method = graphene.String(
        required=True,
        description="A payment method token of the provider; "
        "the sandbox provider knows pm_card_visa and pm_card_chargeDeclined",
    )
    idempotency_key = graphene.String(
        required=True, description="Chosen by the client, 1 to 64 characters, unique per customer"
    )


class OrderPayload(graphene.ObjectType):
    """The order, or why not."""

    order = graphene.Field(Order)
    errors = listed(UserError)
