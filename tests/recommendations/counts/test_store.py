"""Counts in MongoDB keep the counts' contract, refuse to fall below zero, and are counted once by several at a time."""

import asyncio

import pytest
from bson import BSON
from pymongo.errors import WriteError

from services.infra.mongo import Database
from services.recommendations.counting.documents import INDEXES, named
from services.recommendations.counting.shelf import MongoShelf
from services.shared.receipts import Outcome
from tests.recommendations.counts.contract import SKUS, USERS, CountContract
from tests.recommendations.counts.makers import a_product, an_order, called_off, counted, recounted, stands
from tests.recommendations.counts.mongo import MongoCounts


class TestMongoCounts(CountContract):
    @pytest.fixture
    async def shelf(self, database: Database) -> MongoShelf:
        shelf = MongoShelf(database)
        await shelf.prepare()
        return shelf

    @pytest.fixture
    async def counts(self, database: Database) -> MongoCounts:
        counts = MongoCounts(database)
        await counts.prepare()
        return counts

    async def test_preparing_again_keeps_what_is_counted(self, counts: MongoCounts, shelf: MongoShelf) -> None:
        await counts.count(stands(an_order()))
        await shelf.note([a_product()])
        await counts.begin_rebuild("r1")
        await counts.finish_rebuild("r1")
        await counts.count(stands(an_order("o2")))
        await counts.prepare()
        await shelf.prepare()
        assert await counted(counts, USERS, SKUS) == recounted([an_order("o2")])

    async def test_an_order_writes_as_much_whatever_its_buyer_has_bought_before(
        self, counts: MongoCounts, database: Database
    ) -> None:
        await counts.count(stands(an_order("first")))
        before = await _bytes_by_buyer(database)
        await counts.count(stands(*(an_order(f"o{number}", f"S{number}", f"T{number}") for number in range(60))))
        assert await _bytes_by_buyer(database) <= before

    async def test_no_count_falls_below_zero(self, counts: MongoCounts, database: Database) -> None:
        await counts.count(stands(an_order()))
        with pytest.raises(WriteError):
            await database.collection(named("pairs", 0)).update_one({}, {"$inc": {"orders": -2}})
        with pytest.raises(WriteError):
            await database.collection(named("sales", 0)).update_one({}, {"$inc": {"orders": -2}})

    async def test_counters_of_many_who_count_the_same_products_at_once_are_exact(self, counts: MongoCounts) -> None:
        orders = [an_order(f"o{number}", user=f"u{number % 3}") for number in range(24)]
        batches = [stands(*orders[start : start + 6]) for start in range(0, 24, 6)]
        outcomes = await asyncio.gather(*(counts.count(batch) for batch in (*batches, *batches)))
        assert sum(list(each).count(Outcome.APPLIED) for each in outcomes) == len(orders)
        await asyncio.gather(counts.count(called_off(*orders[:3])), counts.count(called_off(*orders[2:6])))
        assert await counted(counts, [f"u{n}" for n in range(3)], SKUS) == recounted(orders[6:])

    async def test_a_rebuild_makes_its_generation_with_all_indexes_and_forgets_older_ones(
        self, counts: MongoCounts, database: Database
    ) -> None:
        for rebuild in ("r1", "r2"):
            await counts.begin_rebuild(rebuild)
            await counts.finish_rebuild(rebuild)
        pairs = database.collection(named("pairs", 2))
        assert set(INDEXES["pairs"]) <= set(await pairs.index_information())
        database_of = pairs.database
        generations = {name.rpartition("_")[2] for name in await database_of.list_collection_names() if "pairs" in name}
        assert generations == {"1", "2"}


async def _bytes_by_buyer(database: Database) -> int:
    """The largest document that names the buyer: what an order of his may have to write whole."""
    of_database = database.collection("any").database
    names = [name for name in await of_database.list_collection_names() if not name.startswith("system.")]
    found = [await database.collection(name).find({"user": "ada"}).to_list(None) for name in names]
    return max(len(BSON.encode(document)) for documents in found for document in documents)
