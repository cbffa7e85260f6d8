"""Makes what the catalogue's tests speak of. Checks nothing."""

from datetime import timedelta

from services.catalog.events import ProductEvent, product_event
from services.catalog.models import CreateProduct, Product, StockNote
from services.shared.clock import SystemClock
from services.shared.events import Event, Origin
from services.shared.money import Money
from services.shared.receipts import Receipt
from tests.support.doubles import StandingClock

ORIGIN = Origin(correlation_id="request-1")
NOW = StandingClock().now()


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def a_product(
    product_id: str = "p1",
    *,
    name: str = "Reading lamp",
    price: Money | None = None,
    categories: tuple[str, ...] = ("Lamps",),
    active: bool = True,
    age: int = 0,
) -> Product:
    """A product with a SKU of its own, `age` seconds old."""
    made = NOW - timedelta(seconds=age)
    return Product(
        id=product_id,
        sku=f"SKU-{product_id}",
        name=name,
        description="Bright.\nWarm.",
        categories=categories,
        price=price or eur(1999),
        active=active,
        version=1,
        created_at=made,
        updated_at=made,
    )


def an_event(product: Product, event_id: str = "e1") -> Event:
    return product_event(ProductEvent.CREATED, product, event_id, ORIGIN)


def a_wish(product_id: str = "p1", sku: str = "LAMP", price: Money | None = None) -> CreateProduct:
    return CreateProduct(
        product_id=product_id,
        sku=sku,
        name="Reading lamp",
        description="Bright.\nWarm.",
        categories=("Lamps", "Desk"),
        price=price or eur(1999),
    )


def a_note(sku: str, available: int, version: int) -> StockNote:
    """A note of stock, from an event of its own."""
    receipt = Receipt(consumer="stock-notes", event_id=f"{sku}-{version}", at=SystemClock().now())
    return StockNote(sku=sku, available=available, version=version, receipt=receipt)
