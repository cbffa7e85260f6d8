"""The relay against a real Kafka and a real database: what is committed is published, whatever goes away meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from motor.motor_asyncio import AsyncIOMotorCollection
from prometheus_client import REGISTRY
from pymongo.errors import OperationFailure

from services.infra.kafka.publisher import Publisher
from services.infra.kafka.topics import TOPICS, ensure_topics
from services.infra.mongo import Database, connect
from services.infra.outbox.lease import Lease
from services.infra.outbox.relay import Relay
from services.infra.outbox.rows import Outbox
from services.infra.outbox.times import LeaseTimes, RelayTimes
from services.infra.outbox.watch import REST
from services.infra.settings import KafkaSettings, MongoSettings
from services.infra.transaction import Document
from services.shared.clock import SystemClock
from services.shared.errors import Unavailable
from services.shared.ids import SortableIds
from tests.infra.events_log import headers_of, records_of
from tests.infra.kafka_node import KafkaNode
from tests.infra.test_outbox import event, store


@asynccontextmanager
async def publisher_to(bootstrap: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(KafkaSettings(bootstrap=bootstrap))
    yield publisher
    await publisher.close()


QUICK = RelayTimes(
    look=0.3,
    mark=0.1,
    first_pause=0.1,
    longest_pause=0.4,
    count=0.1,
    lease=LeaseTimes(lasts=1.5, renew=0.3, look=0.05, margin=0.3),
)
"""As in earnest, only sooner."""

SELDOM = replace(QUICK, look=60.0)
"""As if the database were hardly ever looked at."""


@asynccontextmanager
async def relaying(
    database: Database, bootstrap: str, times: RelayTimes = QUICK, service: str = "orders"
) -> AsyncIterator[None]:
    """A relay in a process of its own, as far as the database can tell: `database` hears of its own commits only."""
    async with publisher_to(bootstrap) as publisher:
        stop = asyncio.Event()
        relay = Relay(service, database, publisher, SystemClock(), SortableIds().new(), times)
        task = asyncio.create_task(relay.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait([task], timeout=5)
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
async def outbox(database: Database) -> Outbox:
    outbox = Outbox(database)
    await outbox.prepare()
    return outbox


@pytest.fixture
def elsewhere(database: Database, mongo_url: str) -> Iterator[Database]:
    """The same database, as another process has it."""
    client = connect(MongoSettings(url=mongo_url))
    yield Database(client, database.collection("any").database.name)
    client.close()


async def is_published(subject: str, count: int, node: KafkaNode) -> list[int]:
    """The sequences of an aggregate's events on Kafka, as soon as there are so many."""
    found = await records_of(subject, count, bootstrap=node.bootstrap, topic="caravan.orders")
    return [int(headers_of(record)["ce_sequence"]) for record in found]


def gauge(name: str, service: str = "orders") -> float:
    return REGISTRY.get_sample_value(f"caravan_outbox_{name}", {"service": service}) or 0.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the condition is kept by a server
            await asyncio.sleep(0.02)


async def all_sent(outbox: Outbox) -> None:
    async with asyncio.timeout(30):
        while await outbox.count_waiting():  # noqa: ASYNC110 - the condition is kept by a server
            await asyncio.sleep(0.05)


async def test_a_committed_event_is_published_as_the_contract_says(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    async with relaying(database, kafka_node.bootstrap):
        await store(database, [event("e1", "o1", 1)])
        await all_sent(outbox)
    [record] = await records_of("o1", 1, bootstrap=kafka_node.bootstrap, topic="caravan.orders")
    assert record.key == b"o1"
    assert json.loads(record.value) == {"total": {"amount": "19.99", "currency": "EUR"}}
    assert headers_of(record) == {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "e1",
        "ce_source": "/caravan/orders",
        "ce_type": "order.placed.v1",
        "ce_time": "2026-11-23T12:00:00.250Z",
        "ce_subject": "o1",
        "ce_traceparent": "00-1-2-01",
        "ce_correlationid": "o1",
        "ce_causationid": "order/o1",
        "ce_sequence": "1",
    }


async def test_what_this_process_commits_goes_without_a_look(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    async with relaying(database, kafka_node.bootstrap, SELDOM, service="seldom"):
        await until(lambda: gauge("looks_total", "seldom") == 1)
        for sequence in (1, 2, 3):
            await store(database, [event(f"h{sequence}", "handed", sequence)])
        assert await is_published("handed", 3, kafka_node) == [1, 2, 3]
        await all_sent(outbox)
        assert gauge("looks_total", "seldom") == 1
        assert gauge("waiting", "seldom") == 0


async def test_what_was_committed_before_it_began_is_found(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    await store(database, [event(f"f{sequence}", "found", sequence) for sequence in (1, 2)])
    async with relaying(database, kafka_node.bootstrap, SELDOM):
        await store(database, [event("f3", "found", 3)])
        assert await is_published("found", 3, kafka_node) == [1, 2, 3]
        await all_sent(outbox)


async def test_kafka_going_away_fails_nothing_loses_nothing_and_keeps_each_aggregates_order(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    async with relaying(database, kafka_node.bootstrap, service="patient"):
        await store(database, [event(f"a{number}", "o2", number) for number in range(1, 4)])
        await all_sent(outbox)
        kafka_node.kill()
        for number in range(4, 20):
            await store(database, [event(f"b{number}", "o2", number)])
        await until(lambda: gauge("waiting", "patient") == 16 and gauge("oldest_seconds", "patient") > 0)
        await kafka_node.start()
        await all_sent(outbox)
        await until(lambda: gauge("waiting", "patient") == 0 and gauge("oldest_seconds", "patient") == 0)
    assert list(dict.fromkeys(await is_published("o2", 19, kafka_node))) == list(range(1, 20))


async def test_what_was_published_and_not_marked_is_published_again_and_then_marked(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    await store(database, [event("e1", "o3", 1)])
    async with publisher_to(kafka_node.bootstrap) as publisher:
        await publisher.publish([event("e1", "o3", 1)], "orders")
    async with relaying(database, kafka_node.bootstrap):
        await all_sent(outbox)
    assert await is_published("o3", 2, kafka_node) == [1, 1]


async def test_two_relays_do_no_work_twice_and_hear_of_each_others_commits(
    database: Database, elsewhere: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    async with relaying(database, kafka_node.bootstrap, SELDOM, service="pair"):
        await until(lambda: gauge("lease_held", "pair") == 1)
        async with relaying(elsewhere, kafka_node.bootstrap, SELDOM, service="other"):
            await until(lambda: gauge("watching", "pair") == 1)
            # The stream tells of what is committed after it was opened: a first one is repeated until it was heard.
            looks = gauge("looks_total", "pair")
            opened = 0
            while gauge("looks_total", "pair") == looks:
                opened += 1
                await store(elsewhere, [event(f"p{opened}", f"opening-{opened}", 1)])
                await asyncio.sleep(0.1)
            for number in range(1, 21):
                await store((database, elsewhere)[number % 2], [event(f"t{number:02}", "two", number)])
            assert await is_published("two", 20, kafka_node) == list(range(1, 21))
            await all_sent(outbox)
            assert gauge("published_total", "other") == 0
            assert gauge("published_total", "pair") == 20 + opened


class _WithoutStream:
    """A collection of a server that has no change streams; else as it is."""

    def __init__(self, collection: "AsyncIOMotorCollection[Document]") -> None:
        self._collection = collection

    def __getattr__(self, name: str) -> object:
        return getattr(self._collection, name)

    def watch(self, _wanted: object) -> None:
        code = 40573
        raise OperationFailure("The $changeStream stage is only supported on replica sets", code)


class WithoutStreams(Database):
    def collection(self, name: str) -> "AsyncIOMotorCollection[Document]":
        return cast("AsyncIOMotorCollection[Document]", _WithoutStream(super().collection(name)))


@pytest.fixture
def deaf(database: Database, mongo_url: str) -> Iterator[Database]:
    """The same database, on a server that tells of no commit."""
    client = connect(MongoSettings(url=mongo_url))
    yield WithoutStreams(client, database.collection("any").database.name)
    client.close()


async def test_without_change_streams_looks_find_what_others_commit(
    database: Database, deaf: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    async with relaying(deaf, kafka_node.bootstrap, service="deaf"):
        await until(lambda: gauge("lease_held", "deaf") == 1)
        async with relaying(database, kafka_node.bootstrap, service="other"):
            await until(lambda: gauge("watching", "deaf") == 1)
            for number in range(1, 21):
                await store((deaf, database)[number % 2], [event(f"d{number:02}", "deaf", number)])
            assert await is_published("deaf", 20, kafka_node) == list(range(1, 21))
            await all_sent(outbox)
            told = asyncio.get_running_loop().time()
            await store(database, [event("d21", "late", 1)])
            assert await is_published("late", 1, kafka_node) == [1]
            # A look, and what it takes to read the topic; not the rest before a stream is tried again.
            assert asyncio.get_running_loop().time() - told < QUICK.look + REST / 2
            assert gauge("published_total", "other") == 0


async def test_another_relay_takes_over_from_one_that_hangs_and_from_one_that_ends(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    hanging = Lease(database, "hanging", SystemClock(), QUICK.lease)
    task = asyncio.create_task(hanging.keep())
    await until(lambda: hanging.is_held)
    task.cancel()
    async with relaying(database, kafka_node.bootstrap, service="next"):
        await store(database, [event("n1", "next", 1)])
        await until(lambda: gauge("lease_held", "next") == 1)
        assert not hanging.is_held
        await all_sent(outbox)
    patient = replace(QUICK, lease=replace(QUICK.lease, lasts=600))
    async with relaying(database, kafka_node.bootstrap, patient, service="third"):
        await until(lambda: gauge("lease_held", "third") == 1)


async def test_what_was_committed_last_is_published_and_marked_before_it_ends(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    lazy = replace(SELDOM, mark=60.0)
    async with relaying(database, kafka_node.bootstrap, lazy, service="ending"):
        await until(lambda: gauge("looks_total", "ending") == 1)
        await store(database, [event("l1", "last", 1)])
    assert await outbox.count_waiting() == 0
    assert await is_published("last", 1, kafka_node) == [1]


async def test_what_can_never_be_sent_is_parked_and_the_others_go_on(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    large = replace(event("q2", "odd", 2), data={"text": "x" * 2_000_000})
    nowhere = replace(event("q3", "odd", 3), type="weather.changed.v1")
    unwritable = replace(event("q4", "odd", 4), data={"bytes": b"\xff"})
    async with relaying(database, kafka_node.bootstrap, service="parking"):
        await until(lambda: gauge("lease_held", "parking") == 1)
        await store(database, [event("q1", "odd", 1), large, nowhere, unwritable, event("q5", "odd", 5)])
        await database.collection("outbox").insert_one({"_id": "q6", "sent": False})
        await until(lambda: gauge("parked", "parking") == 4)
        await all_sent(outbox)
        assert await is_published("odd", 2, kafka_node) == [1, 5]
        assert await outbox.parked() == {
            "q2": "it is too large: 2001256 bytes, and 1048576 are taken",
            "q3": "there is no topic for its type",
            "q4": "its data is no JSON",
            "q6": "it is no event",
        }
        await database.collection("outbox").update_one({"_id": "q2"}, {"$set": {"data": {"text": "short"}}})
        assert await outbox.release("q2") == 1
        assert await is_published("odd", 3, kafka_node) == [1, 5, 2]
        await until(lambda: gauge("parked", "parking") == 3)


async def test_what_a_broker_refuses_is_parked_alone(database: Database, outbox: Outbox, kafka_node: KafkaNode) -> None:
    """A topic may take less than the others, and refuses a whole batch for one record of it."""
    await ensure_topics(KafkaSettings(bootstrap=kafka_node.bootstrap))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_node.bootstrap)
    await admin.start()
    narrow = ConfigResource(ConfigResourceType.TOPIC, "caravan.payments", configs={"max.message.bytes": "20000"})
    await admin.alter_configs([narrow])
    await admin.close()
    events = [replace(event(f"r{number}", "narrow", number), type="payment.captured.v1") for number in range(1, 7)]
    events[2] = replace(events[2], data={"text": "x" * 30_000})
    await store(database, events)
    async with relaying(database, kafka_node.bootstrap):
        await all_sent(outbox)
    found = await records_of("narrow", 5, bootstrap=kafka_node.bootstrap, topic="caravan.payments")
    assert list(dict.fromkeys(headers_of(record)["ce_id"] for record in found)) == ["r1", "r2", "r4", "r5", "r6"]
    assert await outbox.parked() == {"r3": "Kafka refuses it: MessageSizeTooLargeError"}


async def test_a_backlog_of_many_batches_drains_in_order(
    database: Database, outbox: Outbox, kafka_node: KafkaNode
) -> None:
    for start in range(0, 1200, 400):
        await store(database, [event(f"z{n:05}", f"many-{n % 3}", n // 3 + 1) for n in range(start, start + 400)])
    async with relaying(database, kafka_node.bootstrap):
        await all_sent(outbox)
    assert await is_published("many-1", 400, kafka_node) == list(range(1, 401))


async def test_topics_are_made_once_with_their_partitions(kafka_node: KafkaNode) -> None:
    settings = KafkaSettings(bootstrap=kafka_node.bootstrap)
    await ensure_topics(settings)
    await ensure_topics(settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_node.bootstrap)
    await admin.start()
    described = await admin.describe_topics([topic.name for topic in TOPICS])
    await admin.close()
    assert {each["topic"]: len(each["partitions"]) for each in described} == {
        topic.name: topic.partitions for topic in TOPICS
    }


async def test_without_a_kafka_it_says_so_and_stops_soon() -> None:
    async with asyncio.timeout(20), publisher_to("127.0.0.1:9") as publisher:
        assert not await publisher.probe()
        with pytest.raises(Unavailable) as failure:
            await publisher.publish([event("e1", "o1", 1)], "orders")
        assert failure.value.dependency == "kafka"


async def test_a_publisher_whose_kafka_is_gone_closes_soon(kafka_node: KafkaNode) -> None:
    publisher = Publisher(KafkaSettings(bootstrap=kafka_node.bootstrap))
    await publisher.publish([event("e1", "o4", 1)], "orders")
    assert await publisher.probe()
    kafka_node.kill()
    publishing = asyncio.create_task(publisher.publish([event("e2", "o4", 2)], "orders"))
    await asyncio.wait([publishing], timeout=0.5)
    async with asyncio.timeout(5):
        await publisher.close()
    publishing.cancel()
    await asyncio.wait([publishing])
