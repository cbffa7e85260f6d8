"""Transactions: all or nothing, retried on conflict, told of after the commit, Unavailable without a server."""

import asyncio
import time

import pytest
from pymongo.errors import WriteError

from services.infra.mongo import Database, Document, connect
from services.infra.settings import MongoSettings
from services.infra.transaction import Transaction, Write, added, put
from services.shared.errors import Conflict, Unavailable
from tests.infra.mongo_node import MongoNode


def add_one(transaction: Transaction) -> int:
    """Two counters, which are never seen to differ."""
    (found,) = transaction.found("counters", {"_id": "first"}) or [{"n": 0}]
    value = int(found["n"]) + 1
    transaction.write([put("counters", {"_id": name}, {"_id": name, "n": value}) for name in ("first", "second")])
    return value


async def test_a_committed_transaction_answers_and_is_seen(database: Database) -> None:
    await database.ensure_collection("counters")
    assert await database.transact_at_once(add_one) == 1
    assert await database.collection("counters").find_one({"_id": "first"}) == {"_id": "first", "n": 1}


async def test_a_refusal_inside_undoes_every_write_and_nobody_is_told(database: Database) -> None:
    await database.ensure_collection("counters")
    heard: list[Write] = []

    def work(transaction: Transaction) -> None:
        add_one(transaction)
        raise Conflict("no")

    with database.telling(heard.extend), pytest.raises(Conflict):
        await database.transact_at_once(work)
    assert await database.collection("counters").count_documents({}) == 0
    assert heard == []


async def test_what_was_written_at_once_is_told_once_and_only_where_it_took_effect(database: Database) -> None:
    heard: list[Write] = []
    first, second, late = (added("things", {"_id": number}) for number in (1, 2, 1))

    def read_and_write(transaction: Transaction) -> None:
        transaction.found("things", {})
        transaction.write([second])

    with database.telling(heard.extend):
        assert await database.write_all([first])
        await database.transact_at_once(read_and_write)
        assert not await database.write_all([late])
    assert heard == [first, second]
    await database.write_all([added("things", {"_id": 3})])
    assert heard == [first, second], "told after it has stopped listening"


async def test_conflicting_transactions_are_run_again_until_each_has_counted(database: Database) -> None:
    await database.ensure_collection("counters")
    tries = 0

    def work(transaction: Transaction) -> int:
        nonlocal tries
        tries += 1
        return add_one(transaction)

    answers = await asyncio.gather(*[database.transact_at_once(work) for _ in range(12)])
    assert sorted(answers) == list(range(1, 13))
    assert tries > 12, "nothing collided: the test shows nothing"


async def test_a_cancelled_transaction_is_cancelled_at_any_moment_and_all_or_nothing(database: Database) -> None:
    await database.ensure_collection("counters")
    for moment in range(20):
        running = asyncio.create_task(database.transact_at_once(add_one))
        await asyncio.sleep(moment / 2000)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled() or running.exception() is None, running.exception()
        counters = await database.read_at_one_moment(lambda moment: moment.found("counters", {}))
        values = [counter["n"] for counter in counters]
        assert values == 2 * values[:1], "one of two writes took effect"
    assert await database.transact_at_once(add_one) >= 1


async def test_what_went_wrong_is_told_even_when_it_cannot_be_aborted(mongo_url: str) -> None:
    client = connect(MongoSettings(url=mongo_url))
    database = Database(client, "caravan_test_closed")

    def work(transaction: Transaction) -> None:
        transaction.found("counters", {})
        client.close()
        raise Conflict("no")

    with pytest.raises(Conflict):
        await database.transact_at_once(work)


async def test_a_snapshot_does_not_see_what_is_written_after_its_first_read(database: Database) -> None:
    await database.ensure_collection("counters")
    await database.transact_at_once(add_one)

    def read(transaction: Transaction) -> list[list[Document]]:
        before = transaction.found("counters", {"_id": "first"})
        transaction.client[transaction.database]["counters"].update_one({"_id": "first"}, {"$set": {"n": 99}})
        return [before, transaction.found("counters", {"_id": "first"})]

    before, after = await database.read_at_one_moment(read)
    assert before == after == [{"_id": "first", "n": 1}]


async def test_a_validator_is_enforced_and_brought_up_to_date(database: Database) -> None:
    things = database.collection("things")
    await database.ensure_collection("things", {"$jsonSchema": {"required": ["n"]}})
    with pytest.raises(WriteError):
        await things.insert_one({"m": 1})
    await database.ensure_collection("things", {"$jsonSchema": {"required": ["m"]}})
    await things.insert_one({"m": 1})
    with pytest.raises(WriteError):
        await things.insert_one({"n": 1})


async def test_an_index_is_made_and_brought_up_to_date(database: Database) -> None:
    await database.ensure_index("things", "by", [("n", 1)])
    await database.ensure_index("things", "by", [("n", 1)])
    await database.ensure_index("things", "by", [("m", 1), ("n", 1)], unique=True)
    indexes = await database.collection("things").index_information()
    assert indexes["by"]["key"] == [("m", 1), ("n", 1)]
    assert indexes["by"]["unique"]


async def test_without_a_server_it_says_so_soon() -> None:
    client = connect(MongoSettings(url="mongodb://127.0.0.1:9"))
    database = Database(client, "caravan_test")
    started = time.monotonic()
    with pytest.raises(Unavailable) as failure:
        await database.transact_at_once(add_one)
    assert failure.value.dependency == "database"
    with pytest.raises(Unavailable):
        await database.ping()
    assert time.monotonic() - started < 10
    client.close()


async def test_a_server_that_was_away_is_used_again_when_it_is_back(mongo_node: MongoNode) -> None:
    client = connect(MongoSettings(url=mongo_node.url))
    database = Database(client, "caravan_test")
    await database.ensure_collection("counters")
    await database.transact_at_once(add_one)
    mongo_node.kill()
    with pytest.raises(Unavailable):
        await database.transact_at_once(add_one)
    mongo_node.start()
    assert await database.transact_at_once(add_one) == 2
    client.close()
