"""The data of the catalogue's events, by type and version. What is published only ever gains optional fields."""

from typing import Final

from typing_extensions import TypedDict

from services.shared.schemas.data import Identifier, MoneyData, Sku
from services.shared.schemas.known import EventType


class ProductData(TypedDict):
    """A product as it is after the change; its description is left out, since it may be long."""

    productId: Identifier
    sku: Sku
    name: str
    categories: list[str]
    price: MoneyData
    active: bool


EVENT_TYPES: Final = (
    EventType(name="product.created.v1", data=ProductData, told="A product is new in the catalogue."),
    EventType(name="product.updated.v1", data=ProductData, told="A product has another name, price or category."),
    EventType(name="product.archived.v1", data=ProductData, told="A product is not for sale any more."),
)
