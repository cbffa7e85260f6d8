"""Writes that take effect together, by one command for all or by one for each collection."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.infra.mongo import Database, Document
from services.infra.transaction import (
    CHANGE,
    READ,
    TRANSIENT,
    WRITE,
    Overtaken,
    Transaction,
    Transactions,
    Write,
    added,
    changed,
    raised,
    replaced,
)
from services.shared.errors import Unavailable

NAME = "caravan_test_together"
BEFORE: Sequence[Document] = [{"_id": "a", "n": 1}, {"_id": "b", "n": 1}]
ALL = {"_id": {"$in": ["a", "b"]}}


@pytest.fixture(params=[True, False], ids=["one command", "one a collection"])
def transactions(request: pytest.FixtureRequest, mongo_url: str) -> Iterator[Transactions]:
    with MongoClient[Document](mongo_url) as client:
        client.drop_database(NAME)
        transactions = Transactions(client, NAME, one_command=request.param)
        write(transactions, [added("lamps", document) for document in BEFORE])
        yield transactions


def write(transactions: Transactions, writes: Sequence[Write]) -> None:
    transactions.run(lambda transaction: transaction.write(writes), WRITE)


def stored(transactions: Transactions) -> list[Document]:
    def read(transaction: Transaction) -> list[Document]:
        return [*transaction.found("lamps", {}, [("_id", 1)]), *transaction.found("ropes", {})]

    return transactions.run(read, READ)


def test_writes_of_every_kind_take_effect_together(transactions: Transactions) -> None:
    change = {"$inc": {"n": 1}}
    write(
        transactions,
        [changed("lamps", ALL, change, 2), added("ropes", {"_id": "r"}), replaced("lamps", {"_id": "a"}, {"n": 9})],
    )
    assert stored(transactions) == [{"_id": "a", "n": 9}, {"_id": "b", "n": 2}, {"_id": "r"}]


def test_what_is_to_be_read_and_is_not_before_it_is_written_is_written(transactions: Transactions) -> None:
    transactions.run(lambda transaction: transaction.write([added("ropes", {"_id": "r"})]), CHANGE)
    assert stored(transactions) == [*BEFORE, {"_id": "r"}]
    transactions.run(lambda _: None, CHANGE)


def test_numbers_are_raised_of_what_is_there_and_of_what_is_not(transactions: Transactions) -> None:
    for _ in range(2):
        write(
            transactions,
            [raised("lamps", {"_id": "a"}, {"n": 2}, {"m": 1}), raised("ropes", {"_id": "r"}, {"n": 2}, {"m": 1})],
        )
    assert stored(transactions) == [{"_id": "a", "n": 5}, BEFORE[1], {"_id": "r", "n": 4, "m": 1}]


@pytest.mark.parametrize(
    "overtaken",
    [
        added("lamps", {"_id": "b"}),
        replaced("lamps", {"_id": "b", "n": 7}, {"n": 2}),
        changed("lamps", {"_id": {"$in": ["a", "c"]}}, {"$inc": {"n": 1}}, 2),
    ],
    ids=["added", "replaced", "changed"],
)
def test_one_that_was_overtaken_undoes_all(transactions: Transactions, overtaken: Write) -> None:
    for order in (1, -1):
        with pytest.raises(Overtaken):
            write(transactions, [added("ropes", {"_id": "r"}), overtaken][::order])
        assert stored(transactions) == [*BEFORE]


def test_what_cannot_be_there_is_a_defect_and_not_another_writer(transactions: Transactions) -> None:
    with pytest.raises(PyMongoError):
        write(transactions, [added("ropes", {"_id": "r"}), added("lamps", {"_id": "b"}, is_new=True)])
    assert stored(transactions) == [*BEFORE]


def test_a_conflict_with_an_open_transaction_may_be_tried_again(transactions: Transactions) -> None:
    def work(transaction: Transaction) -> None:
        transaction.found("lamps", {"_id": "a"})
        write(transactions, [changed("lamps", {"_id": "a"}, {"$inc": {"n": 1}})])
        transaction.write([added("ropes", {"_id": "r"}), changed("lamps", {"_id": "a"}, {"$inc": {"n": 1}})])

    with pytest.raises(PyMongoError) as failure:
        transactions.run(work, READ)
    assert failure.value.has_error_label(TRANSIENT)
    assert stored(transactions) == [{"_id": "a", "n": 2}, {"_id": "b", "n": 1}]


async def test_writers_of_one_document_are_all_counted_and_one_that_is_late_is_told(database: Database) -> None:
    await database.write_all([added("lamps", {"_id": "a", "n": 0})])

    def add_one(transaction: Transaction) -> None:
        (found,) = transaction.found("lamps", {"_id": "a"})
        told = added("ropes", {"_id": found["n"]})
        transaction.write([changed("lamps", {"_id": "a", "n": found["n"]}, {"$inc": {"n": 1}}), told])

    await asyncio.gather(*(database.transact_at_once(add_one) for _ in range(12)))
    assert await database.collection("lamps").find_one() == {"_id": "a", "n": 12}
    assert await database.collection("ropes").count_documents({}) == 12
    assert not await database.write_all([replaced("lamps", {"_id": "a", "n": 3}, {"n": 0})])


async def test_a_document_that_the_validator_refuses_is_no_race(database: Database) -> None:
    await database.ensure_collection("things", {"$jsonSchema": {"required": ["n"]}})
    with pytest.raises(Unavailable):
        await database.write_all([added("things", {"_id": "t"})])
    assert await database.collection("things").count_documents({}) == 0
