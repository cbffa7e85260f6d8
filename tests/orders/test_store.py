"""The order store in MongoDB keeps the store's contract, and the database guards what it promises."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.infra.mongo import Database, connect
from services.infra.outbox.rows import COLLECTION as OUTBOX
from services.infra.outbox.rows import Outbox
from services.infra.settings import MongoSettings
from services.orders.models import OrderQuery, OrderStatus
from services.orders.ports import OrderStore
from services.orders.standing import span_of
from services.orders.store import COLLECTION, NEWEST_FIRST, MongoOrderStore, page_filter, span_filter
from services.shared.errors import Unavailable
from services.shared.money import Money
from tests.orders.contract import OrderStoreContract, advanced, fill
from tests.orders.makers import MOMENT, an_event, an_order
from tests.support.mongo import free_port


class TestMongoOrderStore(OrderStoreContract):
    @pytest.fixture
    async def store(self, database: Database) -> MongoOrderStore:
        self._database = database
        await Outbox(database).prepare()
        store = MongoOrderStore(database)
        await store.prepare()
        return store

    async def stored_events(self, store: OrderStore) -> Sequence[tuple[str, int]]:
        assert isinstance(store, MongoOrderStore)
        stored = await self._database.collection(OUTBOX).find().to_list(None)
        return sorted((event["_id"], event["sequence"]) for event in stored)

    async def test_preparing_again_changes_nothing(self, store: MongoOrderStore) -> None:
        await store.insert(an_order(), [])
        await store.prepare()
        assert await store.by_ids(["o1"]) == (an_order(),)

    async def test_an_event_stored_twice_undoes_its_order(self, store: MongoOrderStore) -> None:
        await store.insert(an_order("o1"), [an_event("e1")])
        with pytest.raises(Unavailable):
            await store.insert(an_order("o2"), [an_event("e1")])
        assert await store.by_ids(["o2"]) == ()
        with pytest.raises(Unavailable):
            await store.replace(advanced(an_order("o1")), 1, [an_event("e1")])
        assert await store.by_ids(["o1"]) == (an_order("o1"),)

    async def test_the_validator_refuses_an_order_that_cannot_be(self, store: MongoOrderStore) -> None:
        for broken in (
            replace(an_order(), total=Money(minor=-1, currency="EUR")),
            replace(an_order(), lines=()),
            replace(an_order(), history=()),
            replace(an_order(), version=0),
        ):
            with pytest.raises(Unavailable):
                await store.insert(broken, [an_event()])
        assert await store.by_ids(["o1"]) == ()

    @pytest.mark.parametrize(
        ("customer", "status", "index"),
        [
            (None, None, "newest"),
            ("c1", None, "newest_of_customer"),
            (None, OrderStatus.PLACED, "newest_in_status"),
            ("c1", OrderStatus.PLACED, "newest_of_customer_in_status"),
        ],
    )
    async def test_every_page_is_read_from_an_index(
        self, store: MongoOrderStore, customer: str | None, status: OrderStatus | None, index: str
    ) -> None:
        await fill(store)
        first = await store.page(OrderQuery(first=1, customer_id=customer, status=status))
        for after in (None, first.edges[0].cursor):
            query = OrderQuery(customer_id=customer, status=status, after=after)
            find = self._database.collection(COLLECTION).find(page_filter(query)).sort(NEWEST_FIRST)
            plan = str((await find.explain())["queryPlanner"]["winningPlan"])
            assert f"'indexName': '{index}'" in plan

    async def test_a_span_is_read_from_an_index(self, store: MongoOrderStore) -> None:
        await fill(store)
        find = self._database.collection(COLLECTION).find(span_filter(span_of("", MOMENT))).sort(NEWEST_FIRST)
        plan = str((await find.explain())["queryPlanner"]["winningPlan"])
        assert "'indexName': 'newest'" in plan


async def test_a_database_that_is_away_is_unavailable() -> None:
    client = connect(MongoSettings(url=f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=100"))
    database = Database(client, "caravan_orders")
    store = MongoOrderStore(database)
    calls = (store.prepare(), store.insert(an_order(), []), store.by_ids(["o1"]), store.page(OrderQuery()))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    client.close()
