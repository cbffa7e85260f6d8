"""Products in MongoDB. Holds the queries and their indexes; decides nothing.

Collection `products`: `_id` product id, `sku` (unique), `price` {`minor`, `currency`}, `shelves` (the lists that it is
in, see `documents`), `places` (what each order of listing sorts by, see `listing`), and Product's other fields by name.
"""

from collections.abc import Sequence

from services.catalog.documents import PLACES, PRODUCT_VALIDATOR, product_document, product_from, selection
from services.catalog.errors import SkuTaken
from services.catalog.listing import DESCENDING, page_of, place_after
from services.catalog.models import Product, ProductPage, ProductQuery
from services.infra.mongo import Database, Document, Session, unavailable_when_away
from services.infra.outbox import Outbox
from services.shared.events import Event


class MongoProductStore:
    """Implements ProductStore."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._products = database.collection("products")

    async def prepare(self) -> None:
        """Makes the collection, its validator and indexes, the outbox's too. Idempotent."""
        await self._database.ensure_collection("products", PRODUCT_VALIDATOR)
        await self._products.create_index("sku", name="sku", unique=True)
        for field in sorted(set(PLACES.values())):
            await self._products.create_index([("shelves", 1), (field, 1)], name=field.partition(".")[2])
        await self._outbox.prepare()

    async def insert(self, product: Product, events: Sequence[Event]) -> Product:
        async def tell(session: Session) -> None:
            await self._outbox.append(session, events)

        if await self._database.insert_new(self._products, product_document(product), tell):
            return product
        known = await self.by_ids([product.id])
        if not known:
            raise SkuTaken("another product has this SKU", ("sku",))
        return known[0]

    async def by_ids(self, ids: Sequence[str]) -> tuple[Product, ...]:
        return await self._found("_id", ids)

    async def by_skus(self, skus: Sequence[str]) -> tuple[Product, ...]:
        return await self._found("sku", skus)

    async def _found(self, field: str, values: Sequence[str]) -> tuple[Product, ...]:
        if not values:
            return ()
        with unavailable_when_away():
            found = self._products.find({field: {"$in": list(values)}})
            return tuple([product_from(document) async for document in found])

    async def page(self, query: ProductQuery) -> ProductPage:
        matching = selection(query)
        field, descending = PLACES[query.sort], query.sort in DESCENDING
        after = place_after(query)
        beyond: Document = {} if after is None else {field: {"$lt" if descending else "$gt": after}}
        with unavailable_when_away():
            found = self._products.find({**matching, **beyond})
            found = found.sort(field, -1 if descending else 1).limit(query.first + 1)
            products = [product_from(document) async for document in found]
            total = await self._products.count_documents(matching)
        return page_of(products, query, total)
