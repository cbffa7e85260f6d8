"""Products kept in memory: the store's double for tests, held to the same contract suite. Lost with the process."""

from collections.abc import Sequence

from services.catalog.errors import SkuTaken
from services.catalog.listing import DESCENDING, page_of, place_after, place_of
from services.catalog.models import Product, ProductPage, ProductQuery
from services.shared.events import Event


class MemoryProductStore:
    """Implements ProductStore."""

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.events: list[Event] = []

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        if product.id in self.products:
            return self.products[product.id]
        if any(product.sku == other.sku for other in self.products.values()):
            raise SkuTaken("another product has this SKU", ("sku",))
        self.products[product.id] = product
        self.events.extend(events)
        return product

    async def by_ids(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return tuple(self.products[key] for key in ids if key in self.products)

    async def by_skus(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return tuple(product for product in self.products.values() if product.sku in skus)

    async def page(self, query: ProductQuery) -> ProductPage:
        matching = [product for product in self.products.values() if _matches(product, query)]
        descending = query.sort in DESCENDING
        placed = sorted(((place_of(product, query.sort), product.id) for product in matching), reverse=descending)
        after = place_after(query)
        left = [
            self.products[product_id]
            for place, product_id in placed
            if after is None or (place < after if descending else place > after)
        ]
        return page_of(left[: query.first + 1], query, len(matching))


def _matches(product: Product, query: ProductQuery) -> bool:
    if not (product.active or query.include_inactive):
        return False
    return query.category is None or query.category in product.categories
