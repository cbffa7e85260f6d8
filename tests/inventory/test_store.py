"""The store in MongoDB keeps the store's contract and inventory's rules, and the database guards the numbers."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import WriteError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.infra.mongo import Client, Database
from services.infra.outbox.rows import Outbox
from services.inventory.models import ReservationState
from services.inventory.ports import StockStore
from services.inventory.records import Changes, ReservationChange, StockChange, StockFaults
from services.inventory.store import HELD_NOW, MongoStockStore
from services.shared.events import Event
from tests.inventory.contract import (
    EVERYTHING,
    NOW,
    StockStoreContract,
    a_first_change,
    a_record,
    an_item,
    read,
    write,
)
from tests.inventory.makers import ORIGIN, a_hold, a_service, opened
from tests.inventory.rules import InventoryRules

SOLD = ReservationState.COMMITTED
GOOD_STOCK: dict[str, Any] = {"on_hand": 5, "reserved": 2, "available": 3, "version": 1, "updated_at": NOW}


@pytest.fixture
async def store(database: Database) -> MongoStockStore:
    store = MongoStockStore(database, Outbox(database))
    await store.prepare()
    return store


class TestMongoStockStore(StockStoreContract):
    @pytest.fixture(autouse=True)
    def keep_database(self, database: Database) -> None:
        self._database = database

    async def stored_events(self, store: StockStore) -> Sequence[tuple[str, str, int]]:
        assert isinstance(store, MongoStockStore)
        events = await self._database.collection("outbox").find().sort("_id", 1).to_list(None)
        return [(event["type"], event["subject"], event["sequence"]) for event in events]

    async def test_preparing_again_changes_nothing(self, store: MongoStockStore) -> None:
        await write(store, a_first_change())
        before = await read(store)
        await store.prepare()
        assert await read(store) == before

    @pytest.mark.parametrize(
        "mistaken",
        [
            Changes(at=NOW, stock=(StockChange(item=an_item(on_hand=99, version=9), was=8),)),
            Changes(at=NOW, stock=(StockChange(item=an_item(on_hand=99), was=0),)),
            Changes(at=NOW, reservations=(ReservationChange(record=a_record(state=SOLD), was=SOLD),)),
            Changes(at=NOW, reservations=(ReservationChange(record=a_record(state=SOLD), was=None),)),
        ],
        ids=["another version", "an item that is new", "another state", "a reservation that is new"],
    )
    async def test_a_decision_that_expects_what_is_not_there_is_taken_again(
        self, store: MongoStockStore, mistaken: Changes
    ) -> None:
        await write(store, a_first_change())
        before = await read(store)
        decisions = iter([mistaken, Changes(at=NOW)])
        await store.change(EVERYTHING, lambda _: (next(decisions), None))
        assert await read(store) == before
        assert next(decisions, None) is None

    async def test_an_event_that_cannot_be_stored_undoes_its_change(self, store: MongoStockStore) -> None:
        change = a_first_change()
        unstorable = Event(id="e", type="stock.adjusted.v1", subject="LAMP", sequence=1, time=NOW, data={"no": {1, 2}})
        with pytest.raises(Exception, match="encode"):
            await write(store, type(change)(at=NOW, stock=change.stock, events=(unstorable,)))
        assert (await read(store)).stock == {}

    @pytest.mark.parametrize(
        "lie",
        [{"on_hand": 6}, {"reserved": -1, "available": 6}, {"available": -1, "reserved": 6}, {"on_hand": 5.0}],
        ids=["sum", "reserved below zero", "available below zero", "no whole number"],
    )
    async def test_the_database_refuses_stock_that_lies(self, store: MongoStockStore, lie: dict[str, Any]) -> None:
        await store.prepare()
        stock = self._database.collection("stock")
        with pytest.raises(WriteError):
            await stock.insert_one({"_id": "LAMP", **GOOD_STOCK, **lie})
        await stock.insert_one({"_id": "LAMP", **GOOD_STOCK})
        with pytest.raises(WriteError):
            await stock.update_one({"_id": "LAMP"}, {"$set": lie})
        assert await stock.find_one({"_id": "LAMP"}) == {"_id": "LAMP", **GOOD_STOCK}

    async def test_numbers_that_do_not_add_up_are_a_fault(self, store: MongoStockStore) -> None:
        stock = self._database.collection("stock")
        await stock.database.command({"collMod": "stock", "validationLevel": "off"})
        await stock.insert_one({"_id": "LAMP", **GOOD_STOCK, "reserved": 0, "available": 4})
        await stock.insert_one({"_id": "ROPE", **GOOD_STOCK, "reserved": 0, "on_hand": -1, "available": -1})
        assert await store.faults() == StockFaults(drifted=1, oversold=1)

    async def test_all_that_is_held_is_found_by_an_index(self, store: MongoStockStore) -> None:
        await write(store, a_first_change())
        plan = await self._database.collection("reservations").find(HELD_NOW).explain()
        assert "'indexName': 'overdue'" in str(plan)

    async def test_overdue_holds_are_found_by_their_index(self, store: MongoStockStore) -> None:
        await write(store, a_first_change())
        query = {"state": "HELD", "deadline": {"$lte": NOW}}
        plan = await self._database.collection("reservations").find(query).sort("deadline", 1).explain()
        assert "'indexName': 'overdue'" in str(plan)

    async def test_a_ledger_is_read_by_its_index(self, store: MongoStockStore) -> None:
        await write(store, a_first_change())
        query = {"sku": "LAMP", "version": {"$lt": 5}}
        plan = await self._database.collection("adjustments").find(query).sort("version", -1).limit(3).explain()
        assert "'indexName': 'ledger'" in str(plan)
        assert "COLLSCAN" not in str(plan)

    async def test_a_crowd_of_holds_costs_what_one_costs(self, store: MongoStockStore, mongo_url: str) -> None:
        """Two reads, all writes in one, and the commit: what a transaction costs is counted in commands."""
        await opened(a_service(store), LAMP=50, ROPE=50)
        commands = Commands()
        client: Client = AsyncIOMotorClient(mongo_url, tz_aware=True, event_listeners=[commands])
        watched = Database(client, self._database.collection("stock").database.name)
        service = a_service(MongoStockStore(watched, Outbox(watched)))
        orders = (service.hold_stock(a_hold(f"o{number}", LAMP=1, ROPE=2), ORIGIN) for number in range(20))
        await asyncio.gather(*orders)
        assert commands.sent == ["hello", "find", "find", "bulkWrite", "commitTransaction"]
        client.close()


class Commands(CommandListener):
    """The names of the commands that were answered, in their order."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        pass

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self.sent.append(event.command_name)

    def failed(self, event: CommandFailedEvent) -> None:
        self.sent.append(f"failed {event.command_name}")


class TestInventoryInMongo(InventoryRules):
    pass
