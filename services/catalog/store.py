"""Products in MongoDB: what is written, and reads by key. Pages are read in `pages`; decides nothing.

Collections:
- `products`: `_id` product id, `sku` (unique), `price` {`minor`, `currency`}, `in_stock`, `lists` (those that it is in,
  see `shelves`), `places` (what each order of listing sorts by, see `listing`), and Product's other fields by name
- `search_entries`: the same products once more, with `words` and `prefixes` (what searches find them by) for `lists`
- `stock_notes`: `_id` SKU, `available`, `version` of the stock that it was true of; `product` once there is one
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
    search_entry,
)
from services.catalog.errors import SkuTaken
from services.catalog.models import Product, ProductPage, ProductQuery
from services.catalog.pages import ProductPages
from services.infra.mongo import Database, Document
from services.infra.outbox.rows import Outbox, told
from services.infra.transaction import Reads, Write, added, changed, put, replaced
from services.shared.events import Event


class MongoProductStore:
    """Implements ProductStore. Every method that writes decides on what it read, and begins anew where that changed."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._pages = ProductPages(database)

    async def prepare(self) -> None:
        """Makes the collections, their validators and indexes, the outbox's too; lists anew what was written before
        searches had a collection. Idempotent.
        """
        await self._database.ensure_collection(PRODUCTS, PRODUCT_VALIDATOR)
        await self._database.ensure_collection(SEARCH_ENTRIES, SEARCH_ENTRY_VALIDATOR)
        await self._database.ensure_collection(NOTES, STOCK_NOTE_VALIDATOR)
        await self._database.ensure_index(PRODUCTS, "sku", [("sku", 1)], unique=True)
        await self._pages.prepare()
        await self._outbox.prepare()
        older = {"lists": {"$exists": False}}
        async for document in self._database.collection(PRODUCTS).find(older):
            product, in_stock = product_from(document), document.get("in_stock", False)
            await self._database.write_all(_replacing(product, older, in_stock=in_stock))

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        while True:
            note = await self._note(product.sku)
            in_stock = note is not None and note["available"] > 0
            new = added(PRODUCTS, product_document(product, in_stock=in_stock))
            writes = [_linking(note, product), new, _entering(product, in_stock=in_stock)]
            if await self._database.write_all([*writes, *told(events)]):
                return product
            if known := await self.by_ids([product.id]):
                return known[0]
            if await self.by_skus([product.sku]):
                raise SkuTaken("another product has this SKU", ("sku",))

    async def replace(self, product: Product, was: int, events: Sequence[Event]) -> bool:
        while (known := await self._one(PRODUCTS, {"_id": product.id, "version": was})) is not None:
            in_stock = known.get("in_stock", False)
            writes = _replacing(product, {"version": was, "in_stock": known.get("in_stock")}, in_stock=in_stock)
            if await self._database.write_all([*writes, *told(events)]):
                return True
        return False

    async def note_stock(self, sku: str, available: int, version: int) -> None:
        """One write where the product stays in stock, or out of it: almost always."""
        while (note := await self._note(sku)) is None or note["version"] < version:
            writes = [_noting(note, sku, available, version)]
            if note is None or (note["available"] > 0) != (available > 0):
                found = await self._one(PRODUCTS, {"sku": sku})
                writes += _moving(found, in_stock=available > 0) if found else []
            if await self._database.write_all(writes):
                return

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


def _replacing(product: Product, wanted: Document, *, in_stock: bool) -> list[Write]:
    """Where its document is still what is wanted."""
    document = product_document(product, in_stock=in_stock)
    return [replaced(PRODUCTS, {"_id": product.id} | wanted, document), _entering(product, in_stock=in_stock)]


def _moving(document: Document, *, in_stock: bool) -> list[Write]:
    """To the lists of what is in stock, or out of it, where it is still this version."""
    return _replacing(product_from(document), {"version": document["version"]}, in_stock=in_stock)


def _entering(product: Product, *, in_stock: bool) -> Write:
    """For searches; of what was written before they had a collection, there is no entry yet."""
    return put(SEARCH_ENTRIES, {"_id": product.id}, search_entry(product, in_stock=in_stock))


def _linking(note: Document | None, product: Product) -> Write:
    """Tells the note of its product, also where nothing was noted: whoever notes something meanwhile looks again."""
    if note is None:
        return added(NOTES, {"_id": product.sku, "available": 0, "version": 0, "product": product.id})
    return changed(NOTES, _unchanged(note), {"$set": {"product": product.id}})


def _noting(note: Document | None, sku: str, available: int, version: int) -> Write:
    noted = {"available": available, "version": version}
    return added(NOTES, {"_id": sku, **noted}) if note is None else changed(NOTES, _unchanged(note), {"$set": noted})


def _unchanged(note: Document) -> Document:
    return {"_id": note["_id"], "version": note["version"], "product": note.get("product")}
