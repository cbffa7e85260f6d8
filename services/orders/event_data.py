"""The data of orders' events, by type and version. What is published only ever gains optional fields."""

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from services.shared.schemas.data import Identifier, Moment, MoneyData, Quantity, Sku
from services.shared.schemas.known import EventType


class LineData(TypedDict):
    """A line of an order; name and price are those of the moment when it was placed."""

    sku: Sku
    name: Annotated[str, Field(description="of the product")]
    quantity: Quantity
    unitPrice: MoneyData


class ReasonData(TypedDict):
    """Why an order came to nothing."""

    code: Annotated[str, Field(description="one of the API's error codes, e.g. OUT_OF_STOCK")]
    message: str
    path: Annotated[NotRequired[list[str]], Field(description="where in what the shopper sent")]


class OrderData(TypedDict):
    """An order as it is after the change."""

    orderId: Identifier
    customerId: Identifier
    lines: list[LineData]
    total: MoneyData
    placedAt: Moment


class OrderPlaced(OrderData):
    """An order that was placed."""

    status: Literal["PLACED"]


class OrderReserved(OrderData):
    """An order whose goods are held."""

    status: Literal["RESERVED"]


class OrderConfirmed(OrderData):
    """An order that is paid, and whose goods are taken out of the stock."""

    status: Literal["CONFIRMED"]


class OrderShipped(OrderData):
    """An order that is on its way."""

    status: Literal["SHIPPED"]
    trackingNumber: Annotated[NotRequired[str], Field(description="the carrier's")]


class OrderDelivered(OrderData):
    """An order that has arrived."""

    status: Literal["DELIVERED"]
    trackingNumber: Annotated[NotRequired[str], Field(description="the carrier's")]


class OrderRejected(OrderData):
    """An order that cannot be fulfilled, and why."""

    status: Literal["REJECTED"]
    reason: ReasonData


class OrderCancelled(OrderData):
    """An order that was called off, and why."""

    status: Literal["CANCELLED"]
    reason: ReasonData


EVENT_TYPES: Final = (
    EventType(name="order.placed.v1", data=OrderPlaced, told="An order is written down; nothing is held yet."),
    EventType(name="order.reserved.v1", data=OrderReserved, told="The goods of an order are held, all of them."),
    EventType(name="order.confirmed.v1", data=OrderConfirmed, told="An order is paid, and will be shipped."),
    EventType(name="order.shipped.v1", data=OrderShipped, told="An order has left."),
    EventType(name="order.delivered.v1", data=OrderDelivered, told="An order has arrived."),
    EventType(name="order.rejected.v1", data=OrderRejected, told="An order cannot be fulfilled; all of it is undone."),
    EventType(name="order.cancelled.v1", data=OrderCancelled, told="An order was called off; all of it is undone."),
)
