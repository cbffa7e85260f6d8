"""The data of inventory's events, by type and version. What is published only ever gains optional fields."""

from typing import Annotated, Final, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from services.shared.schemas.data import Change, Identifier, Quantity, Sku
from services.shared.schemas.known import EventType


class StockLevel(TypedDict):
    """An item of stock as it is after the change: onHand = available + reserved."""

    sku: Sku
    onHand: Quantity
    reserved: Quantity
    available: Quantity


class StockMoved(StockLevel):
    """An item of stock as it is after goods were held, let go or taken out: onHand = available + reserved."""

    quantity: Annotated[Quantity, Field(description="how many were moved")]
    orderId: Annotated[NotRequired[Identifier], Field(description="the order that they were moved for")]


class StockAdjusted(StockLevel):
    """An item of stock as it is after goods came or went outside of an order: onHand = available + reserved."""

    quantity: Annotated[Change, Field(description="how many came; negative when they were lost")]


EVENT_TYPES: Final = (
    EventType(name="stock.reserved.v1", data=StockMoved, told="Goods are held for an order."),
    EventType(name="stock.released.v1", data=StockMoved, told="Held or sold goods of an order can be sold again."),
    EventType(name="stock.committed.v1", data=StockMoved, told="Held goods are sold, and leave the stock."),
    EventType(name="stock.adjusted.v1", data=StockAdjusted, told="Goods came or went outside of an order."),
)
