"""The store in MongoDB keeps the store's contract, and lists by index."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.errors import WriteError

from services.catalog.documents import product_document
from services.catalog.models import ProductQuery
from services.catalog.ports import ProductStore
from services.catalog.store import MongoProductStore
from services.infra.inbox import Inbox
from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from tests.catalog.contract import ProductStoreContract
from tests.catalog.makers import a_product


class TestMongoProductStore(ProductStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoProductStore:
        self._database = database
        store = MongoProductStore(database, Outbox(database), Inbox(database))
        await store.prepare()
        return store

    async def stored_events(self, store: ProductStore) -> Sequence[tuple[str, str, int]]:
        assert isinstance(store, MongoProductStore)
        events = await self._database.collection("outbox").find().to_list(None)
        return sorted((event["_id"], event["type"], event["sequence"]) for event in events)

    async def test_preparing_again_changes_nothing(self, store: MongoProductStore) -> None:
        await store.insert(a_product(), [])
        await store.prepare()
        assert await store.by_ids(["p1"]) == (a_product(),)

    @pytest.mark.parametrize("in_stock", [None, False, True])
    async def test_products_of_before_searches_had_a_collection_are_listed_and_found(
        self, database: Database, *, in_stock: bool | None
    ) -> None:
        older = product_document(a_product()) | {"words": ["lamp"], "shelves": ["sale"], "in_stock": in_stock}
        del older["lists"]
        if in_stock is None:
            del older["in_stock"]
        products = database.collection("products")
        await products.insert_one(older)
        await products.create_index([("shelves", 1), ("places.newest", 1)], name="newest")
        for _ in range(2):
            store = MongoProductStore(database, Outbox(database), Inbox(database))
            await store.prepare()
            for search in ("lamp", None):
                page = await store.page(ProductQuery(search=search, in_stock=bool(in_stock)))
                assert [edge.node for edge in page.edges] == [a_product()]
                assert await store.count(ProductQuery(search=search, in_stock=not in_stock)) == 0
        assert not {"words", "shelves"} & set(await products.find_one() or {})

    @pytest.mark.parametrize(
        "wrong",
        [{"price": {"minor": -1, "currency": "EUR"}}, {"price": {"minor": 1.5, "currency": "EUR"}}, {"sku": ""}],
    )
    async def test_the_database_refuses_what_is_no_product(
        self, store: MongoProductStore, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(WriteError):
            await self._database.collection("products").insert_one({**product_document(a_product()), **wrong})
        assert await store.by_ids(["p1"]) == ()

    async def test_products_are_found_by_the_index_of_skus(self, shelf: ProductStore) -> None:
        plan = str(await self._database.collection("products").find({"sku": {"$in": ["SKU-p1"]}}).explain())
        assert "'indexName': 'sku'" in plan
        assert "COLLSCAN" not in plan
        assert isinstance(shelf, MongoProductStore)
