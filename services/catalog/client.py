"""The catalogue's face from another process: each operation as one internal call. No rule here."""

from collections.abc import Sequence
from typing import cast

from services.catalog.models import (
    CreateProduct,
    PricedLines,
    PriceLines,
    Product,
    ProductPage,
    ProductQuery,
    UpdateProduct,
)
from services.infra.http import Caller
from services.shared.actors import Actor
from services.shared.events import Origin


class CatalogClient:
    """Implements the Catalog port; raises what the service raises, and Unavailable when it does not answer."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create_product(self, command: CreateProduct, origin: Origin) -> Product:
        return cast("Product", await self._caller.call("create_product", command=command, origin=origin))

    async def update_product(self, command: UpdateProduct, actor: Actor, origin: Origin) -> Product:
        return cast("Product", await self._caller.call("update_product", command=command, actor=actor, origin=origin))

    async def archive_product(self, product_id: str, actor: Actor, origin: Origin) -> Product:
        return cast(
            "Product", await self._caller.call("archive_product", product_id=product_id, actor=actor, origin=origin)
        )

    async def products_by_id(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return cast("tuple[Product, ...]", await self._caller.call("products_by_id", ids=ids))

    async def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return cast("tuple[Product, ...]", await self._caller.call("products_by_sku", skus=skus))

    async def list_products(self, query: ProductQuery) -> ProductPage:
        return cast("ProductPage", await self._caller.call("list_products", query=query))

    async def count_products(self, query: ProductQuery) -> int:
        return cast("int", await self._caller.call("count_products", query=query))

    async def price_lines(self, command: PriceLines) -> PricedLines:
        return cast("PricedLines", await self._caller.call("price_lines", command=command))
