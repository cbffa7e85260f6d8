"""Both audit stores keep the stores' contract; the database reads pages from indexes and removes what is old."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from services.infra.mongo import Client, Database
from services.shared.errors import Unavailable
from services.users.audit.memory import MemoryAuditStore
from services.users.audit.models import LONGEST_VALUE, AuditArgument, AuditQuery
from services.users.audit.store import COLLECTION, NEWEST_FIRST, MongoAuditStore, page_filter
from tests.users.audit.contract import AuditStoreContract, fill, kept
from tests.users.audit.makers import a_record


class TestMemoryAuditStore(AuditStoreContract):
    @pytest.fixture
    def store(self) -> MemoryAuditStore:
        return MemoryAuditStore()


class TestMongoAuditStore(AuditStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoAuditStore:
        store = MongoAuditStore(database)
        await store.prepare()
        return store

    async def test_preparing_again_changes_nothing(self, store: MongoAuditStore) -> None:
        await store.insert(a_record())
        await store.prepare()
        assert await kept(store) == [a_record()]

    async def test_a_record_is_removed_after_400_days(self, store: MongoAuditStore, database: Database) -> None:
        await store.prepare()
        indexes = await database.collection(COLLECTION).index_information()
        (removal,) = [index for index in indexes.values() if "expireAfterSeconds" in index]
        assert (list(removal["key"]), removal["expireAfterSeconds"]) == ([("started_at", 1)], 400 * 86_400)

    async def test_the_database_refuses_a_record_beyond_its_size(self, store: MongoAuditStore) -> None:
        too_long = AuditArgument(name="reason", value="x" * (LONGEST_VALUE + 1))
        for arguments in ((too_long,), (AuditArgument(name="n", value="v"),) * 51):
            with pytest.raises(Unavailable):
                await store.insert(replace(a_record(), arguments=arguments))
        assert await kept(store) == []

    @pytest.fixture
    async def plans(self, mongo_url: str) -> AsyncIterator[Client]:
        client: Client = AsyncIOMotorClient(mongo_url)
        yield client
        client.close()

    async def test_every_page_is_read_from_an_index(
        self, store: MongoAuditStore, database: Database, plans: Client
    ) -> None:
        await fill(store)
        after = (await store.page(AuditQuery(first=2))).edges[-1].cursor
        indexes = {(None, None): "newest", ("ops", None): "of_actor", (None, "shipOrder"): "of_action"}
        name = database.collection(COLLECTION).database.name
        for actor, action, cursor in itertools.product((None, "ops"), (None, "shipOrder"), (None, after)):
            wanted = page_filter(AuditQuery(actor_id=actor, action=action, after=cursor))
            find = {"find": COLLECTION, "filter": wanted, "sort": dict(NEWEST_FIRST), "limit": 3}
            plan = str((await plans[name].command("explain", find))["queryPlanner"])
            assert f"'indexName': '{indexes.get((actor, action), 'of_actor_and_action')}'" in plan, (wanted, plan)
            assert "COLLSCAN" not in plan, wanted
