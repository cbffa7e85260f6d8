"""The store in MongoDB keeps the store's contract, and lists by index."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.errors import WriteError

from services.catalog.documents import product_document
from services.catalog.models import ProductQuery
from services.catalog.ports import ProductStore
from services.catalog.store import MongoProductStore
from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from tests.catalog.contract import ProductStoreContract
from tests.catalog.makers import a_product


class TestMongoProductStore(ProductStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoProductStore:
        self._database = database
        store = MongoProductStore(database, Outbox(database))
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

    async def test_products_of_before_there_were_words_are_listed_too(self, database: Database) -> None:
        older = product_document(a_product())
        for field in ("words", "in_stock", "shelves"):
            del older[field]
        await database.collection("products").insert_one(older)
        store = MongoProductStore(database, Outbox(database))
        await store.prepare()
        page = await store.page(ProductQuery(search="lamp", in_stock=False))
        assert [edge.node for edge in page.edges] == [a_product()]

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
