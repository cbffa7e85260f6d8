"""Products in MongoDB. Holds the queries and their indexes; decides nothing.

Collections:
- `products`: `_id` product id, `sku` (unique), `price` {`minor`, `currency`}, `in_stock`, `words` (what it is found
  by), `shelves` (the lists that it is in, see `shelves`), `places` (what each order of listing sorts by, see
  `listing`), and Product's other fields by name
- `stock_notes`: `_id` SKU, `available`, `version` of the stock that it was true of; `product` once there is one
"""

import asyncio
from collections.abc import Sequence

from pymongo import ReturnDocument

from services.catalog.documents import (
    KEPT,
    PLACES,
    PRODUCT_VALIDATOR,
    STOCK_NOTE_VALIDATOR,
    Selection,
    product_document,
    product_from,
    selection,
    stock_change,
)
from services.catalog.errors import SkuTaken
from services.catalog.listing import DESCENDING, page_of, place_after
from services.catalog.models import Product, ProductPage, ProductQuery
from services.catalog.shelves import word_shelf
from services.catalog.words import search_words
from services.infra.mongo import Database, Document, Session, unavailable_when_away
from services.infra.outbox.rows import Outbox
from services.infra.transaction import Reads
from services.shared.events import Event

MANY = 200
"""Products of a list from which on it does not matter how many more it holds: none of that length is worth a choice."""


class MongoProductStore:
    """Implements ProductStore."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._products = database.collection("products")
        self._notes = database.collection("stock_notes")

    async def prepare(self) -> None:
        """Makes the collections, their validators and indexes, the outbox's too; lists anew what was written before
        there were words. Idempotent.
        """
        await self._database.ensure_collection("products", PRODUCT_VALIDATOR)
        await self._database.ensure_collection("stock_notes", STOCK_NOTE_VALIDATOR)
        await self._products.create_index("sku", name="sku", unique=True)
        for field in sorted(set(PLACES.values())):
            await self._products.create_index([("shelves", 1), (field, 1)], name=field.partition(".")[2])
        await self._outbox.prepare()
        async for document in self._products.find({"words": {"$exists": False}}):
            product = product_from(document)
            older = {"_id": product.id, "words": {"$exists": False}}
            await self._products.replace_one(older, product_document(product))

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        async def tell(session: Session) -> None:
            await self._take_note(product, session)
            await self._outbox.append(session, events)

        if await self._database.insert_new(self._products, product_document(product), tell):
            return product
        known = await self.by_ids([product.id])
        if not known:
            raise SkuTaken("another product has this SKU", ("sku",))
        return known[0]

    async def _take_note(self, product: Product, session: Session) -> None:
        """Writes to the note also when there is nothing to note, so that `note_stock` at the same time conflicts."""
        note = await self._notes.find_one_and_update(
            {"_id": product.sku},
            {"$set": {"product": product.id}, "$setOnInsert": {"available": 0, "version": 0}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if note["available"]:
            await self._products.update_one({"_id": product.id}, stock_change(product, in_stock=True), session=session)

    async def replace(self, product: Product, was: int, events: Sequence[Event]) -> bool:
        async def work(session: Session) -> bool:
            wanted = {"_id": product.id, "version": was}
            known = await self._products.find_one(wanted, {"in_stock": 1}, session=session)
            if known is None:
                return False
            document = product_document(product, in_stock=known["in_stock"])
            await self._products.replace_one(wanted, document, session=session)
            await self._outbox.append(session, events)
            return True

        return await self._database.transact(work)

    async def note_stock(self, sku: str, available: int, version: int) -> None:
        """One write where the product stays in stock, or out of it: almost always."""
        older = {"_id": sku, "version": {"$lt": version}}
        note = {"$set": {"available": available, "version": version}}
        with unavailable_when_away():
            alike = {"$gt": 0} if available else 0
            if (await self._notes.update_one({**older, "available": alike}, note)).matched_count:
                return

        async def work(session: Session) -> None:
            known = await self._notes.find_one({"_id": sku}, session=session)
            if known is not None and known["version"] >= version:
                return
            await self._notes.update_one({"_id": sku}, note, upsert=True, session=session)
            found = await self._products.find_one({"sku": sku}, KEPT, session=session)
            if found is not None:
                moved = stock_change(product_from(found), in_stock=available > 0)
                await self._products.update_one({"_id": found["_id"]}, moved, session=session)

        await self._database.transact(work)

    async def by_ids(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return await self._found("_id", ids)

    async def by_skus(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return await self._found("sku", skus)

    async def _found(self, field: str, values: Sequence[str]) -> tuple[Product, ...]:
        if not values:
            return ()
        wanted = {field: {"$in": list(values)}}

        def work(reads: Reads) -> tuple[Product, ...]:
            return tuple(map(product_from, reads.found("products", wanted, kept=KEPT)))

        return await self._database.read(work)

    async def page(self, query: ProductQuery) -> ProductPage:
        field, descending = PLACES[query.sort], query.sort in DESCENDING
        after = place_after(query)
        # Without a place to go on from, the range of all places says which of the indexes is meant.
        beyond = {"$gt": ""} if after is None else {"$lt" if descending else "$gt": after}
        order = (field, -1 if descending else 1)

        def work(reads: Reads) -> ProductPage:
            documents = _listed(reads, selected, {field: beyond}, order, query.first + 1)
            return page_of([product_from(document) for document in documents], query)

        with unavailable_when_away():
            selected = await self._selected(query)
        return await self._database.read(work)

    async def count(self, query: ProductQuery) -> int:
        with unavailable_when_away():
            selected = await self._selected(query)
            matches = [{"$match": match} for match in (selected.listed, selected.checked) if match]
            counted = await self._products.aggregate([*matches, {"$count": "products"}]).to_list(1)
        return counted[0]["products"] if counted else 0

    async def _selected(self, query: ProductQuery) -> Selection:
        """Of several words, the list of the rarest is read: what is read and left out stays as little as it can."""
        words = search_words(query.search)
        if len(words) < 2:  # noqa: PLR2004 (with one there is nothing to choose)
            return selection(query)
        counts = await asyncio.gather(*(self._at_most_many(word_shelf(word)) for word in words))
        _, _, rarest = min((count, -len(word), word) for count, word in zip(counts, words, strict=True))
        return selection(query, rarest)

    async def _at_most_many(self, shelf: str) -> int:
        return await self._products.count_documents({"shelves": shelf}, limit=MANY)


def _listed(
    reads: Reads, selected: Selection, beyond: Document, order: tuple[str, int], limit: int
) -> Sequence[Document]:
    """MongoDB makes one query of the pipeline. The embedded server reads an index only for what the index holds,
    so what is to be checked comes behind; without it, a plain query costs it less.
    """
    listed = selected.listed | beyond
    if not selected.checked:
        return reads.found("products", listed, [order], limit, KEPT)
    return reads.aggregated(
        "products",
        [
            {"$match": listed},
            {"$sort": dict([order])},
            {"$match": selected.checked},
            {"$limit": limit},
            {"$project": KEPT},
        ],
    )
