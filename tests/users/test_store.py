"""The stores in MongoDB keep the stores' contracts, and the database guards what they promise."""

from collections.abc import Sequence

import pytest

from services.infra.mongo import Database
from services.infra.outbox.rows import COLLECTION, Outbox
from services.shared.errors import Unavailable
from services.users.errors import EmailTaken
from services.users.models import Account
from services.users.ports import AccountStore
from services.users.store import ACCOUNTS, REFRESH_TOKENS, SESSIONS, MongoAccountStore
from tests.users.contract import AccountStoreContract, SessionStoreContract
from tests.users.makers import a_family, a_new, a_user, an_account, an_event


class TestMongoAccountStore(AccountStoreContract, SessionStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoAccountStore:
        self._database = database
        outbox = Outbox(database)
        await outbox.prepare()
        store = MongoAccountStore(database)
        await store.prepare()
        return store

    async def stored_events(self, store: AccountStore) -> Sequence[tuple[str, str, int]]:
        assert isinstance(store, MongoAccountStore)
        stored = await self._database.collection(COLLECTION).find().to_list(None)
        return sorted((event["_id"], event["type"], event["sequence"]) for event in stored)

    async def test_preparing_again_changes_nothing(self, store: MongoAccountStore) -> None:
        await store.insert(a_new(an_account()))
        await store.prepare()
        assert await store.by_email("mia@example.org") == an_account()

    async def test_the_address_is_unique_by_index(self, store: MongoAccountStore) -> None:
        await store.prepare()
        indexes = await self._database.collection(ACCOUNTS).index_information()
        assert indexes["email"]["unique"] is True

    async def test_the_validator_refuses_a_password_that_is_no_hash(self, store: MongoAccountStore) -> None:
        with pytest.raises(Unavailable):
            await store.insert(a_new(Account(user=a_user(), password_hash="three otters on a raft"), an_event()))
        assert await store.by_email("mia@example.org") is None

    async def test_an_event_stored_twice_undoes_its_account(self, store: MongoAccountStore) -> None:
        await store.insert(a_new(an_account("u1", "one@example.org"), an_event("e1")))
        with pytest.raises(Unavailable):
            await store.insert(a_new(an_account("u2", "two@example.org"), an_event("e1")))
        assert await store.by_ids(["u2"]) == ()

    async def test_the_validator_refuses_a_token_that_is_no_digest(self, store: MongoAccountStore) -> None:
        with pytest.raises(Unavailable):
            await store.insert(a_new(an_account(), opened=a_family(newest="AAAA-a-token-itself")))
        assert await store.by_email("mia@example.org") is None

    @pytest.mark.parametrize("collection", [SESSIONS, REFRESH_TOKENS])
    async def test_what_is_long_over_is_removed_by_the_database(
        self, store: MongoAccountStore, collection: str
    ) -> None:
        await store.prepare()
        indexes = await self._database.collection(collection).index_information()
        (removal,) = [index for index in indexes.values() if "expireAfterSeconds" in index]
        assert (list(removal["key"]), removal["expireAfterSeconds"]) == ([("expires_at", 1)], 7 * 86_400)

    async def test_a_refusal_names_no_address(self, store: MongoAccountStore) -> None:
        await store.insert(a_new(an_account("u1")))
        with pytest.raises(EmailTaken) as refused:
            await store.insert(a_new(an_account("u2")))
        assert "mia" not in str(refused.value)
