"""Products in MongoDB: what is written, and reads by key. Pages are read in `pages`; decides nothing.

Collections:
- `products`: `_id` product id, `sku` (unique), `price` {`minor`, `currency`}, `in_stock`, `lists` (those that it is in,
  see `shelves`), `places` (what each order of listing sorts by, see `listing`), and Product's other fields by name
- `search_entries`: the same products once more, with `words` and `prefixes` (what searches find them by) for `lists`
- `stock_notes`: `_id` SKU, `available`, `version` of the stock that it was true of; `product` once there is one
- `inbox`: the receipts of the events that told of stock
"""

from collections.abc import Sequence

from services.catalog.documents import (
    NOTES,
    PRODUCT_VALIDATOR,
    PRODUCTS,
    SEARCH_ENTRIES,
    SEARCH_ENTRY_VALIDATOR,
    STOCK_NOTE_VALIDATOR,
    product_document,
    product_from,
)
from services.catalog.errors import SkuTaken
from services.catalog.models import NotedStock, Product, ProductPage, ProductQuery, StockNote
from services.catalog.pages import ProductPages
from services.catalog.stock_notes import effects_of
from services.catalog.writes import entering, linking, replacing
from services.infra.inbox import Effects, Inbox
from services.infra.mongo import Database, Document
from services.infra.outbox.rows import Outbox, told
from services.infra.transaction import Reads, added
from services.shared.events import Event
from services.shared.receipts import Outcome


class MongoProductStore:
    """Implements ProductStore. Every method that writes decides on what it read, and begins anew where that changed."""

    def __init__(self, database: Database, outbox: Outbox, inbox: Inbox) -> None:
        self._database = database
        self._outbox = outbox
        self._inbox = inbox
        self._pages = ProductPages(database)

    async def prepare(self) -> None:
        """Makes the collections, their validators and indexes, outbox and inbox too; lists anew what was written before
        searches had a collection. Idempotent.
        """
        await self._database.ensure_collection(PRODUCTS, PRODUCT_VALIDATOR)
        await self._database.ensure_collection(SEARCH_ENTRIES, SEARCH_ENTRY_VALIDATOR)
        await self._database.ensure_collection(NOTES, STOCK_NOTE_VALIDATOR)
        await self._database.ensure_index(PRODUCTS, "sku", [("sku", 1)], unique=True)
        await self._pages.prepare()
        await self._outbox.prepare()
        await self._inbox.prepare()
        older = {"lists": {"$exists": False}}
        async for document in self._database.collection(PRODUCTS).find(older):
            product, in_stock = product_from(document), document.get("in_stock", False)
            await self._database.write_all(replacing(product, older, in_stock=in_stock))

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        while True:
            note = await self._note(product.sku)
            in_stock = note is not None and note["available"] > 0
            new = added(PRODUCTS, product_document(product, in_stock=in_stock))
            writes = [linking(note, product), new, entering(product, in_stock=in_stock)]
            if await self._database.write_all([*writes, *told(events)]):
                return product
            if known := await self.by_ids([product.id]):
                return known[0]
            if await self.by_skus([product.sku]):
                raise SkuTaken("another product has this SKU", ("sku",))

    async def replace(self, product: Product, was: int, events: Sequence[Event]) -> bool:
        while (known := await self._one(PRODUCTS, {"_id": product.id, "version": was})) is not None:
            in_stock = known.get("in_stock", False)
            writes = replacing(product, {"version": was, "in_stock": known.get("in_stock")}, in_stock=in_stock)
            if await self._database.write_all([*writes, *told(events)]):
                return True
        return False

    async def note_stock(self, notes: Sequence[StockNote]) -> NotedStock:
        moved = False

        def decide(reads: Reads, fresh: Sequence[StockNote]) -> Effects:
            nonlocal moved
            effects = effects_of(reads, fresh)
            # Of several tries the last one counts.
            moved = any(write.collection == PRODUCTS for write in effects.writes)
            return effects

        outcomes = await self._inbox.take_once(notes, decide)
        return NotedStock(outcomes=tuple(outcomes), moved=moved)

    async def preview_note(self, note: StockNote) -> Outcome:
        if await self._inbox.has(note.receipt):
            return Outcome.DUPLICATE
        (outcome,) = (await self._database.read(lambda reads: effects_of(reads, [note]))).outcomes
        return outcome

    async def by_ids(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return await self._found("_id", ids)

    async def by_skus(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return await self._found("sku", skus)

    async def _found(self, field: str, values: Sequence[str]) -> tuple[Product, ...]:
        if not values:
            return ()
        wanted = {field: {"$in": list(values)}}

        def work(reads: Reads) -> tuple[Product, ...]:
            return tuple(map(product_from, reads.found(PRODUCTS, wanted)))

        return await self._database.read(work)

    async def page(self, query: ProductQuery) -> ProductPage:
        return await self._pages.page(query)

    async def count(self, query: ProductQuery) -> int:
        return await self._pages.count(query)

    async def _note(self, sku: str) -> Document | None:
        return await self._one(NOTES, {"_id": sku})

    async def _one(self, collection: str, wanted: Document) -> Document | None:
        found = await self._database.read(lambda reads: reads.found(collection, wanted, limit=1))
        return found[0] if found else None
