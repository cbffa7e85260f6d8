"""The stores of people keep their contract, the one in memory and the one in MongoDB."""

import pytest

from services.infra.inbox import Inbox
from services.infra.mongo import Database
from services.infra.transaction import changed
from services.notifications.campaigns.models import CampaignAudience
from services.notifications.recipients.documents import RECIPIENTS, SUPPRESSIONS
from services.notifications.recipients.memory import MemoryRecipientStore
from services.notifications.recipients.models import address_key
from services.notifications.recipients.store import MongoRecipientStore, span_filter
from tests.notifications.recipients.contract import SINCE, RecipientStoreContract
from tests.notifications.recipients.makers import GONE, NOW, a_contact, a_purchase, news_of


class TestMemoryRecipientStore(RecipientStoreContract):
    @pytest.fixture
    def store(self) -> MemoryRecipientStore:
        return MemoryRecipientStore()


class TestMongoRecipientStore(RecipientStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoRecipientStore:
        self._database = database
        store = MongoRecipientStore(database, Inbox(database))
        await store.prepare()
        return store

    async def test_purchases_are_counted_with_the_person(self, store: MongoRecipientStore) -> None:
        await store.take_orders([a_purchase(order="e1"), a_purchase(order="e2", days_ago=3), a_purchase(order="e1")])
        found = await self._database.collection(RECIPIENTS).find_one({"_id": "u1"})
        assert found
        assert (found["confirmed_orders"], found["bought_at"]) == (2, NOW)

    async def test_preparing_again_changes_nothing(self, store: MongoRecipientStore) -> None:
        await store.keep([a_contact()])
        await store.prepare()
        assert "u1" in await store.by_ids(["u1"])

    async def test_a_suppressed_address_is_kept_as_no_address(self, store: MongoRecipientStore) -> None:
        await store.suppress({address_key("mia@example.org"): GONE})
        (kept,) = await self._database.collection(SUPPRESSIONS).find().to_list(None)
        assert "mia" not in str(kept)

    async def test_a_persons_events_are_counted_on_beside_what_is_heard(self, store: MongoRecipientStore) -> None:
        recipients = self._database.collection(RECIPIENTS)
        await recipients.insert_one({"_id": "u1", "sequence": 3})
        await store.note_news([news_of("u1")])
        await store.keep([a_contact("u1")])
        await store.take_orders([a_purchase("u1")])
        await self._database.write_all([changed(RECIPIENTS, {"_id": "u1"}, {"$inc": {"sequence": 1}})])
        found = await recipients.find_one({"_id": "u1"})
        assert found
        assert (found["sequence"], found["email"]) == (4, "u1@example.org")

    async def test_a_span_of_places_is_read_by_its_index(self, store: MongoRecipientStore) -> None:
        await store.keep([a_contact(f"u{number}") for number in range(50)])
        wanted = span_filter(CampaignAudience.ALL_CUSTOMERS, SINCE, "a", "b")
        recipients = self._database.collection(RECIPIENTS)
        # The embedded server reads by the index with the other conditions too, but does not say so.
        plan = await recipients.find({"place": wanted["place"]}).explain()
        assert "by_place" in str(plan["queryPlanner"]["winningPlan"])
