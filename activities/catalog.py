"""The catalogue's steps. No rule here: unwrap, call the service."""

from dataclasses import dataclass

from temporalio import activity

from activities.origin import origin
from services.catalog.models import CreateProduct, PricedLines, PriceLines, Product
from services.catalog.ports import Catalog
from services.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FindProducts:
    """The wish to know products by their SKUs."""

    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductOnSale:
    """A product that can be ordered, if there is any of it, and its price now."""

    sku: str
    name: str
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSale:
    """Those of the wished products that are on sale, in no order."""

    products: tuple[ProductOnSale, ...]


class CatalogActivities:
    """What workflows may ask of the catalogue; runs on queue `catalog`."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @activity.defn(name="catalog.price_lines")
    async def price_lines(self, command: PriceLines) -> PricedLines:
        """Today's names and prices. Refuses with NOT_FOUND, INVALID."""
        return await self._catalog.price_lines(command)

    @activity.defn(name="catalog.create_product")
    async def create_product(self, command: CreateProduct) -> Product:
        """A new product, repeatable by its id. Refuses with INVALID, SKU_TAKEN."""
        return await self._catalog.create_product(command, origin())

    @activity.defn(name="catalog.find_products")
    async def find_products(self, wish: FindProducts) -> tuple[Product, ...]:
        """Those that there are, in no order; archived ones too."""
        return await self._catalog.products_by_sku(wish.skus)

    @activity.defn(name="catalog.find_on_sale")
    async def find_on_sale(self, wish: FindProducts) -> OnSale:
        """Those that are on sale, without what is said of them: many of them fit into a workflow's history."""
        found = [product for product in await self._catalog.products_by_sku(wish.skus) if product.active]
        return OnSale(products=tuple(ProductOnSale(sku=each.sku, name=each.name, price=each.price) for each in found))
