"""Products kept in memory: the store's double for tests, held to the same contract suite. Lost with the process."""

from collections.abc import Sequence

from services.catalog.errors import SkuTaken
from services.catalog.listing import DESCENDING, page_of, place_after, place_of
from services.catalog.models import NotedStock, Product, ProductPage, ProductQuery, StockNote
from services.catalog.shelves import product_words
from services.catalog.words import search_words
from services.shared.events import Event
from services.shared.receipts import Outcome


class MemoryProductStore:
    """Implements ProductStore. `notes` holds the stock that was noted, and its version, by SKU."""

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.notes: dict[str, tuple[int, int]] = {}
        self.events: list[Event] = []
        self._receipts: set[str] = set()

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        if product.id in self.products:
            return self.products[product.id]
        if any(product.sku == other.sku for other in self.products.values()):
            raise SkuTaken("another product has this SKU", ("sku",))
        self.products[product.id] = product
        self.events.extend(events)
        return product

    async def replace(self, product: Product, was: int, events: Sequence[Event]) -> bool:
        if product.id not in self.products or self.products[product.id].version != was:
            return False
        self.products[product.id] = product
        self.events.extend(events)
        return True

    async def note_stock(self, notes: Sequence[StockNote]) -> NotedStock:
        before = self._in_stock()
        outcomes = tuple([await self._note(note) for note in notes])
        return NotedStock(outcomes=outcomes, moved=before != self._in_stock())

    def _in_stock(self) -> set[str]:
        sold = {product.sku for product in self.products.values()}
        return {sku for sku, (available, _) in self.notes.items() if available > 0 and sku in sold}

    async def _note(self, note: StockNote) -> Outcome:
        outcome = await self.preview_note(note)
        self._receipts.add(note.receipt.id)
        if outcome is Outcome.APPLIED:
            self.notes[note.sku] = (note.available, note.version)
        return outcome

    async def preview_note(self, note: StockNote) -> Outcome:
        if note.receipt.id in self._receipts:
            return Outcome.DUPLICATE
        _, version = self.notes.get(note.sku, (0, 0))
        return Outcome.APPLIED if version < note.version else Outcome.SUPERSEDED

    async def by_ids(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return tuple(self.products[key] for key in ids if key in self.products)

    async def by_skus(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return tuple(product for product in self.products.values() if product.sku in skus)

    async def page(self, query: ProductQuery) -> ProductPage:
        descending = query.sort in DESCENDING
        placed = sorted(
            ((place_of(product, query.sort), product.id) for product in self._matching(query)), reverse=descending
        )
        after = place_after(query)
        left = [
            self.products[product_id]
            for place, product_id in placed
            if after is None or (place < after if descending else place > after)
        ]
        return page_of(left[: query.first + 1], query)

    async def count(self, query: ProductQuery) -> int:
        return len(self._matching(query))

    def _matching(self, query: ProductQuery) -> list[Product]:
        return [product for product in self.products.values() if self._matches(product, query)]

    def _matches(self, product: Product, query: ProductQuery) -> bool:
        available, _ = self.notes.get(product.sku, (0, 0))
        return (
            (product.active or query.include_inactive)
            and (query.category is None or query.category in product.categories)
            and (query.in_stock is None or query.in_stock == (available > 0))
            and _is_found(product, query)
        )


def _is_found(product: Product, query: ProductQuery) -> bool:
    words = product_words(product)
    return all(any(word.startswith(wanted) for word in words) for wanted in search_words(query.search))
