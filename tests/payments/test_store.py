"""The payment store in MongoDB keeps the store's contract, and the database guards what it promises."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.infra.mongo import Database, connect
from services.infra.outbox.rows import COLLECTION as OUTBOX
from services.infra.outbox.rows import Outbox
from services.infra.settings import MongoSettings
from services.payments.ports import PaymentStore
from services.payments.store import MongoPaymentStore
from services.shared.errors import Unavailable
from services.shared.money import Money
from tests.payments.makers import a_payment, an_event
from tests.payments.store_contract import PaymentStoreContract
from tests.support.mongo import free_port


class TestMongoPaymentStore(PaymentStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoPaymentStore:
        self._database = database
        await Outbox(database).prepare()
        store = MongoPaymentStore(database)
        await store.prepare()
        return store

    async def stored_events(self, store: PaymentStore) -> Sequence[tuple[str, int]]:
        assert isinstance(store, MongoPaymentStore)
        stored = await self._database.collection(OUTBOX).find().to_list(None)
        return sorted((event["_id"], event["sequence"]) for event in stored)

    async def test_preparing_again_changes_nothing(self, store: MongoPaymentStore) -> None:
        await store.insert(a_payment(), [])
        await store.prepare()
        assert await store.by_orders(["o1"]) == (a_payment(),)

    async def test_an_event_stored_twice_undoes_its_payment(self, store: MongoPaymentStore) -> None:
        await store.insert(a_payment("o1"), [an_event("e1")])
        with pytest.raises(Unavailable):
            await store.insert(a_payment("o2"), [an_event("e1")])
        assert await store.by_orders(["o2"]) == ()
        with pytest.raises(Unavailable):
            await store.replace(replace(a_payment("o1"), revision=2), 1, [an_event("e1")])
        assert await store.by_orders(["o1"]) == (a_payment("o1"),)

    @pytest.mark.parametrize("events", [0, 1])
    async def test_the_validator_refuses_a_payment_that_cannot_be(self, store: MongoPaymentStore, events: int) -> None:
        broken = replace(a_payment(), amount=Money(minor=-1, currency="EUR"))
        with pytest.raises(Unavailable):
            await store.insert(broken, [an_event()] * events)
        assert await store.by_orders(["o1"]) == ()
        await store.insert(a_payment(), [])
        with pytest.raises(Unavailable):
            await store.replace(replace(broken, revision=2), 1, [an_event()] * events)
        assert await store.by_orders(["o1"]) == (a_payment(),)


async def test_a_database_that_is_away_is_unavailable() -> None:
    client = connect(MongoSettings(url=f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=100"))
    database = Database(client, "caravan_payments")
    store = MongoPaymentStore(database)
    payment = a_payment()
    calls = (store.prepare(), store.insert(payment, []), store.replace(payment, 1, []), store.by_orders(["o1"]))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    client.close()
