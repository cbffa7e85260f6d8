"""The catalogue's steps. No rule here: unwrap, call the service."""

from temporalio import activity

from activities.origin import origin
from services.catalog.models import CreateProduct, PricedLines, PriceLines, Product
from services.catalog.ports import Catalog


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
