"""Campaigns in memory and in MongoDB keep the same contract; the database guards what its counts promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.infra.mongo import Database
from services.notifications.campaigns.memory import MemoryCampaignStore
from services.notifications.campaigns.store import MongoCampaignStore
from services.notifications.memory import MemoryMessageStore
from services.notifications.store import MongoMessageStore
from services.shared.errors import Unavailable
from tests.notifications.campaigns.contract import CampaignStoreContract
from tests.notifications.campaigns.makers import CONTENT, a_campaign


class TestMemoryCampaignStore(CampaignStoreContract):
    @pytest.fixture
    def messages(self) -> MemoryMessageStore:
        return MemoryMessageStore()

    @pytest.fixture
    def store(self, messages: MemoryMessageStore) -> MemoryCampaignStore:
        return MemoryCampaignStore(messages)


class TestMongoCampaignStore(CampaignStoreContract):
    @pytest.fixture
    async def messages(self, database: Database) -> MongoMessageStore:
        messages = MongoMessageStore(database, timedelta(days=90))
        await messages.prepare()
        return messages

    @pytest.fixture
    async def store(self, database: Database, messages: MongoMessageStore) -> MongoCampaignStore:  # noqa: ARG002 (made first)
        store = MongoCampaignStore(database)
        await store.prepare()
        return store

    async def test_preparing_again_changes_nothing(self, store: MongoCampaignStore) -> None:
        await store.insert(a_campaign(), CONTENT)
        await store.prepare()
        assert await store.by_ids(["c1"]) == (a_campaign(),)

    async def test_the_validator_refuses_a_campaign_that_cannot_be(self, store: MongoCampaignStore) -> None:
        with pytest.raises(Unavailable):
            await store.insert(replace(a_campaign(), recipients=-1), CONTENT)
