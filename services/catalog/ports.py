"""The catalogue's face to others, and what it needs from its store. Protocols only."""

from collections.abc import Sequence
from typing import Protocol

from services.catalog.models import (
    CreateProduct,
    PricedLines,
    PriceLines,
    Product,
    ProductPage,
    ProductQuery,
)
from services.shared.events import Event, Origin


class Catalog(Protocol):
    """What others may ask of the catalogue; the service itself and its HTTP client both offer it."""

    async def create_product(self, command: CreateProduct, origin: Origin) -> Product:
        """Adds a product; repeatable by `product_id`. Raises Invalid, SkuTaken."""
        ...

    async def products_by_id(self, ids: Sequence[str]) -> tuple[Product, ...]:
        """Those of the products that exist, in no order; archived ones too."""
        ...

    async def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        """Those of the products that exist, in no order; archived ones too."""
        ...

    async def list_products(self, query: ProductQuery) -> ProductPage:
        """One page. Raises Invalid for a page size or cursor out of range."""
        ...

    async def price_lines(self, command: PriceLines) -> PricedLines:
        """Today's names and prices.

        Raises:
            NotFound: one problem for each unknown or archived SKU, path `("lines", i, "sku")`.
            Invalid: lines of two currencies, path `("lines", i, "sku")` of the first that differs; or a total above
                the largest amount, path `("lines",)`.
        """
        ...


class ProductStore(Protocol):
    """Where products are kept. Every write stores its events in the same transaction."""

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        """Adds it, or answers the one of the same id. Raises SkuTaken."""
        ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[Product, ...]: ...

    async def by_skus(self, skus: Sequence[str]) -> tuple[Product, ...]: ...

    async def page(self, query: ProductQuery) -> ProductPage: ...
