"""Lists in memory and in MongoDB keep the same contract."""

from collections.abc import Sequence

import pytest

from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from services.recommendations.memory import MemoryLists
from services.recommendations.ports import ListStore
from services.recommendations.store import MongoListStore
from tests.recommendations.lists.contract import ListStoreContract


class TestMemoryLists(ListStoreContract):
    @pytest.fixture
    def store(self) -> MemoryLists:
        return MemoryLists()

    async def told(self, store: ListStore) -> Sequence[str]:
        assert isinstance(store, MemoryLists)
        return sorted(event.id for event in store.events)


class TestMongoListStore(ListStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoListStore:
        self._database = database
        store = MongoListStore(database, Outbox(database))
        await store.prepare()
        return store

    async def told(self, store: ListStore) -> Sequence[str]:
        del store
        return sorted([event["_id"] async for event in self._database.collection("outbox").find({})])
