"""Many buyers at once on the real store: nothing is sold twice, nothing is lost, nobody waits for ever."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from services.infra.mongo import Database, connect
from services.infra.outbox.rows import Outbox
from services.infra.settings import MongoSettings
from services.inventory.errors import OutOfStock
from services.inventory.models import ReservationState
from services.inventory.ports import StockStore
from services.inventory.service import InventoryService
from services.inventory.store import MongoStockStore
from tests.inventory.makers import ORIGIN, a_hold, a_service, an_adjustment, opened
from tests.support.identity import OPS


@pytest.fixture
async def store(database: Database) -> MongoStockStore:
    store = MongoStockStore(database, Outbox(database))
    await store.prepare()
    return store


@pytest.fixture
async def other_store(mongo_url: str, database: Database) -> AsyncIterator[MongoStockStore]:
    """The same database as another process sees it: through a client of its own."""
    client = connect(MongoSettings(url=mongo_url))
    other = Database(client, database.collection("stock").database.name)
    yield MongoStockStore(other, Outbox(other))
    client.close()


async def outcome(service: InventoryService, order_id: str, **quantities: int) -> str:
    try:
        return (await service.hold_stock(a_hold(order_id, **quantities), ORIGIN)).state.value
    except OutOfStock:
        return "refused"


async def assert_sound(store: StockStore) -> None:
    for account in await store.audit():
        assert account.sound, account


async def assert_events_complete(database: Database) -> None:
    """Each version of each item was told exactly once, by an id that sorts as the version does."""
    events = await database.collection("outbox").find().sort("_id", 1).to_list(None)
    told = {
        sku: [event["sequence"] for event in events if event["subject"] == sku]
        for sku in {e["subject"] for e in events}
    }
    versions = {item["_id"]: item["version"] async for item in database.collection("stock").find()}
    assert told == {sku: list(range(1, version + 1)) for sku, version in versions.items()}


async def test_of_500_buyers_of_10_units_exactly_10_get_one(store: MongoStockStore, database: Database) -> None:
    service = await opened(a_service(store), LAMP=10)
    outcomes = await asyncio.gather(*(outcome(service, f"order-{number}", LAMP=1) for number in range(500)))
    assert Counter(outcomes) == {"HELD": 10, "refused": 490}
    await assert_sound(store)
    await assert_events_complete(database)


async def test_two_processes_together_sell_no_more_than_there_is(
    store: MongoStockStore, other_store: MongoStockStore, database: Database
) -> None:
    one, other = await opened(a_service(store), LAMP=10), a_service(other_store)
    outcomes = await asyncio.gather(
        *(outcome((one, other)[number % 2], f"order-{number}", LAMP=1) for number in range(500))
    )
    assert Counter(outcomes) == {"HELD": 10, "refused": 490}
    await assert_sound(store)
    await assert_events_complete(database)


async def test_an_order_held_by_two_processes_at_once_is_held_once(
    store: MongoStockStore, other_store: MongoStockStore
) -> None:
    one, other = await opened(a_service(store), LAMP=100), a_service(other_store)
    for number in range(20):
        outcomes = await asyncio.gather(
            outcome(one, f"order-{number}", LAMP=2), outcome(other, f"order-{number}", LAMP=2)
        )
        assert set(outcomes) == {"HELD"}
    (item,) = await one.stock_of(["LAMP"])
    assert (item.reserved, item.available) == (40, 60)
    await assert_sound(store)


async def test_a_hold_and_its_release_at_once_leave_nothing_held(
    store: MongoStockStore, other_store: MongoStockStore
) -> None:
    one, other = await opened(a_service(store), LAMP=100), a_service(other_store)
    for number in range(20):
        await asyncio.gather(
            one.hold_stock(a_hold(f"order-{number}", LAMP=2), ORIGIN),
            other.release_hold(f"order-{number}", ORIGIN),
            return_exceptions=True,
        )
    (item,) = await one.stock_of(["LAMP"])
    assert (item.reserved, item.available) == (0, 100)
    await assert_sound(store)


async def test_orders_of_many_skus_from_three_processes_all_end(
    store: MongoStockStore, other_store: MongoStockStore, database: Database
) -> None:
    services = [await opened(a_service(store), **{f"S{number}": 40 for number in range(8)})]
    services += [a_service(other_store), a_service(store)]
    chance = random.Random(7)  # noqa: S311 (a shop, no secret)

    async def shop(number: int, quantities: dict[str, int], *, buys: bool) -> None:
        service = services[number % 3]
        if await outcome(service, f"order-{number}", **quantities) == "refused":
            return
        finish = service.commit_hold if buys else service.release_hold
        finished = await finish(f"order-{number}", ORIGIN)
        assert finished.state is (ReservationState.COMMITTED if buys else ReservationState.RELEASED)

    shoppers = []
    for number in range(120):
        skus = chance.sample([f"S{sku}" for sku in range(8)], 3)
        shoppers.append(shop(number, {sku: chance.randint(1, 4) for sku in skus}, buys=chance.random() < 0.5))
    deliveries = [
        services[1].adjust_stock(an_adjustment(f"delivery-{sku}", f"S{sku}", 3), OPS, ORIGIN) for sku in range(8)
    ]
    await asyncio.gather(*shoppers, *deliveries)
    accounts = await store.audit()
    assert all(account.sound and account.reserved == 0 for account in accounts)
    assert sum(account.committed for account in accounts) > 0
    await assert_events_complete(database)
