"""The catalogue's face to others, and what it needs from its store. Protocols only."""

from collections.abc import Sequence
from typing import Protocol

from services.catalog.models import (
    CreateProduct,
    NotedStock,
    PricedLines,
    PriceLines,
    Product,
    ProductPage,
    ProductQuery,
    StockNote,
    UpdateProduct,
)
from services.shared.actors import Actor
from services.shared.events import Event, Origin
from services.shared.receipts import Outcome
from services.shared.safety import safe


class Catalog(Protocol):
    """What others may ask of the catalogue; the service itself and its HTTP client both offer it."""

    async def create_product(self, command: CreateProduct, origin: Origin) -> Product:
        """Adds a product; repeatable by `product_id`. Raises Invalid, SkuTaken."""
        ...

    async def update_product(self, command: UpdateProduct, actor: Actor, origin: Origin) -> Product:
        """Changes what is given and nothing else; without a difference nothing happens.

        Raises Forbidden, Invalid, NotFound (path `id`).
        """
        ...

    async def archive_product(self, product_id: str, actor: Actor, origin: Origin) -> Product:
        """Takes it off sale for good; repeatable. Raises Forbidden, NotFound (path `id`)."""
        ...

    @safe
    async def products_by_id(self, ids: Sequence[str]) -> tuple[Product, ...]:
        """Those of the products that exist, in no order; archived ones too."""
        ...

    @safe
    async def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        """Those of the products that exist, in no order; archived ones too."""
        ...

    @safe
    async def list_products(self, query: ProductQuery) -> ProductPage:
        """One page. Raises Invalid for what no page can be: its size, cursor, category or search."""
        ...

    @safe
    async def count_products(self, query: ProductQuery) -> int:
        """How many there are on all pages of the query together. Raises Invalid."""
        ...

    @safe
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

    async def count(self, query: ProductQuery) -> int: ...

    async def replace(self, product: Product, was: int, events: Sequence[Event]) -> bool:
        """Puts it in the place of its version `was`. False, and nothing is written, when that is not the last one."""
        ...

    async def note_stock(self, notes: Sequence[StockNote]) -> NotedStock:
        """Keeps the notes and their receipts, all together.

        DUPLICATE: its receipt was here. SUPERSEDED: a note of this or a later version was. A note is kept for a product
        that is yet to come, too.
        """
        ...

    async def preview_note(self, note: StockNote) -> Outcome:
        """The outcome that `note_stock` would have now; changes nothing."""
        ...
