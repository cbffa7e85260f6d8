"""Pages of products, read in MongoDB by the indexes of their lists. Writes nothing, decides nothing.

How far a page reached is remembered, so that reading it again asks for no more of its list than that.
"""

import asyncio
from collections.abc import Sequence

from services.catalog.documents import FOUND, PLACES, PRODUCTS, SEARCH_ENTRIES, Selection, product_from, selection
from services.catalog.listing import DESCENDING, page_of, place_after, place_of
from services.catalog.models import ProductPage, ProductQuery
from services.catalog.shelves import read_prefix
from services.catalog.words import search_words
from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.transaction import Reads
from services.shared.recent import Recent

MANY = 200
"""Products of a prefix from which on it does not matter how many more have it: none of those is worth a choice."""


class ProductPages:
    """The lists of products."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reaches: Recent[str] = Recent()

    async def prepare(self) -> None:
        """Makes an index for each order, of lists and of searches. Idempotent."""
        for collection, key in ((PRODUCTS, "lists"), (SEARCH_ENTRIES, "prefixes")):
            for field in sorted(set(PLACES.values())):
                await self._database.ensure_index(collection, field.partition(".")[2], [(key, 1), (field, 1)])

    async def page(self, query: ProductQuery) -> ProductPage:
        """See `ProductStore.page`."""
        reach = self._reaches.look(query)
        with unavailable_when_away():
            selected = await self._selected(query)
        documents = await self._database.read(lambda reads: _read(reads, selected, query, reach))
        products = [product_from(document) for document in documents]
        if len(products) > query.first:
            self._reaches.keep(query, place_of(products[-1], query.sort))
        return page_of(products, query)

    async def count(self, query: ProductQuery) -> int:
        """See `ProductStore.count`."""
        with unavailable_when_away():
            selected = await self._selected(query)
            matches = [{"$match": match} for match in (selected.listed, selected.checked) if match]
            collection = self._database.collection(selected.collection)
            counted = await collection.aggregate([*matches, {"$count": "products"}]).to_list(1)
        return counted[0]["products"] if counted else 0

    async def _selected(self, query: ProductQuery) -> Selection:
        """Of several words, the products of the rarest are read: so as little as can be is read and left out."""
        words = search_words(query.search)
        if len(words) < 2:  # noqa: PLR2004 (with one there is nothing to choose)
            return selection(query)
        counts = await asyncio.gather(*(self._at_most_many(read_prefix(word)) for word in words))
        _, _, rarest = min((count, -len(word), word) for count, word in zip(counts, words, strict=True))
        return selection(query, rarest)

    async def _at_most_many(self, prefix: str) -> int:
        return await self._database.collection(SEARCH_ENTRIES).count_documents({"prefixes": prefix}, limit=MANY)


def _read(reads: Reads, selected: Selection, query: ProductQuery, reach: str | None) -> Sequence[Document]:
    """One product more than the page holds, where there is one.

    Up to the place that it reached before, the range holds the same products, or later ones in their stead; where it
    holds fewer, some have gone and the list is read on.
    """
    if reach is not None:
        documents = _listed(reads, selected, query, reach)
        if len(documents) > query.first:
            return documents
    return _listed(reads, selected, query, None)


def _listed(reads: Reads, selected: Selection, query: ProductQuery, reach: str | None) -> Sequence[Document]:
    """MongoDB makes one query of the pipeline. The embedded server reads an index only for what the index holds,
    so what is to be checked comes behind; without it, a plain query costs it less.
    """
    field, limit = PLACES[query.sort], query.first + 1
    order = (field, -1 if query.sort in DESCENDING else 1)
    listed = selected.listed | {field: _range(query, reach)}
    kept = FOUND if selected.collection == SEARCH_ENTRIES else None
    if not selected.checked:
        return reads.found(selected.collection, listed, [order], limit, kept)
    pipeline: list[Document] = [
        {"$match": listed},
        {"$sort": dict([order])},
        {"$match": selected.checked},
        {"$limit": limit},
        {"$project": FOUND},
    ]
    return reads.aggregated(selected.collection, pipeline)


def _range(query: ProductQuery, reach: str | None) -> Document:
    """The places from where the page begins to where it ended. Without either, the range of all places says which of
    the indexes is meant.
    """
    forwards, backwards = ("$lt", "$gte") if query.sort in DESCENDING else ("$gt", "$lte")
    after = place_after(query)
    bounds = {forwards: after, backwards: reach}
    return {bound: place for bound, place in bounds.items() if place is not None} or {"$gt": ""}
