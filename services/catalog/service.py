"""The catalogue's face on its ports: what a product may be, and what an order's lines cost today.

No transport, no database here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.catalog.events import ProductEvent, product_event
from services.catalog.listing import checked_query
from services.catalog.models import (
    CreateProduct,
    PricedLine,
    PricedLines,
    PriceLines,
    Product,
    ProductPage,
    ProductQuery,
    UpdateProduct,
)
from services.catalog.ports import ProductStore
from services.catalog.rules import (
    LONGEST_ID,
    check_known,
    check_new,
    check_one_currency,
    check_patch,
    check_quantities,
    patched,
)
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Forbidden, Invalid, NotFound
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.shared.money import total_of
from services.shared.text import checked_text, is_sku


class CatalogService:
    """Implements the Catalog port."""

    def __init__(self, store: ProductStore, clock: Clock, ids: IdFactory) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def create_product(self, command: CreateProduct, origin: Origin) -> Product:
        check_new(command)
        now = self._clock.now()
        product = Product(
            id=command.product_id,
            sku=command.sku,
            name=command.name,
            description=command.description,
            categories=command.categories,
            price=command.price,
            active=True,
            version=1,
            created_at=now,
            updated_at=now,
        )
        event = product_event(ProductEvent.CREATED, product, self._ids.new(), origin)
        return await self._store.insert(product, [event])

    async def update_product(self, command: UpdateProduct, actor: Actor, origin: Origin) -> Product:
        _check_runs_the_shop(actor)
        check_patch(command)
        return await self._change(
            ProductEvent.UPDATED, command.product_id, lambda product: patched(product, command), origin
        )

    async def archive_product(self, product_id: str, actor: Actor, origin: Origin) -> Product:
        _check_runs_the_shop(actor)
        return await self._change(
            ProductEvent.ARCHIVED, product_id, lambda product: replace(product, active=False), origin
        )

    async def _change(
        self, kind: ProductEvent, product_id: str, change: Callable[[Product], Product], origin: Origin
    ) -> Product:
        """Changes the product as it is now. Whoever is overtaken begins again, so every change is kept."""
        while True:
            found = await self.products_by_id([product_id])
            if not found:
                raise NotFound("no such product", ("id",))
            before = found[0]
            after = change(before)
            if after == before:
                return before
            after = replace(after, version=before.version + 1, updated_at=self._clock.now())
            event = product_event(kind, after, self._ids.new(), origin)
            if await self._store.replace(after, before.version, [event]):
                return after

    async def products_by_id(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return await self._store.by_ids(sorted({key for key in ids if _is_text(key)}))

    async def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return await self._store.by_skus(sorted({sku for sku in skus if is_sku(sku)}))

    async def list_products(self, query: ProductQuery) -> ProductPage:
        return await self._store.page(checked_query(query))

    async def count_products(self, query: ProductQuery) -> int:
        return await self._store.count(checked_query(query))

    async def price_lines(self, command: PriceLines) -> PricedLines:
        check_quantities(command)
        products = {
            product.sku: product
            for product in await self.products_by_sku([line.sku for line in command.lines])
            if product.active
        }
        check_known(command, products)
        lines = tuple(
            PricedLine(
                sku=line.sku,
                name=products[line.sku].name,
                quantity=line.quantity,
                unit_price=products[line.sku].price,
            )
            for line in command.lines
        )
        check_one_currency(lines)
        total = total_of((line.unit_price.times(line.quantity) for line in lines), ("lines",))
        return PricedLines(lines=lines, total=total)


def _check_runs_the_shop(actor: Actor) -> None:
    if not actor.runs_the_shop:
        raise Forbidden


def _is_text(value: str) -> bool:
    try:
        checked_text(value, (), most=LONGEST_ID)
    except Invalid:
        return False
    return True
