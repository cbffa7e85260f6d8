"""The events that the catalogue tells: a product as it is after a change. Builds them, sends nothing."""

from enum import StrEnum

from services.catalog.models import Product
from services.shared.events import Event, Origin, money_data


class ProductEvent(StrEnum):
    """What can happen to a product."""

    CREATED = "product.created.v1"
    UPDATED = "product.updated.v1"
    ARCHIVED = "product.archived.v1"


def product_event(kind: ProductEvent, product: Product, event_id: str, origin: Origin) -> Event:
    """Tells of the product as it is after the change. The description stays behind: it may be long."""
    return Event(
        id=event_id,
        type=kind,
        subject=product.id,
        sequence=product.version,
        time=product.updated_at,
        data={
            "productId": product.id,
            "sku": product.sku,
            "name": product.name,
            "categories": list(product.categories),
            "price": money_data(product.price),
            "active": product.active,
        },
        origin=origin,
    )
