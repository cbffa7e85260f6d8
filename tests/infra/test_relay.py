"""The relay against a real Kafka and a real database: what is committed is published, whatever goes away meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient

from services.infra.kafka.publisher import Publisher
from services.infra.kafka.topics import TOPICS, ensure_topics
from services.infra.mongo import Database
from services.infra.outbox.relay import Relay
from services.infra.outbox.rows import Outbox
from services.infra.settings import KafkaSettings
from services.shared.errors import Unavailable
from tests.infra.events_log import headers_of, records_of
from tests.infra.kafka_node import KafkaNode
from tests.infra.test_outbox import event, store


@asynccontextmanager
async def publisher_to(bootstrap: str) -> AsyncIterator[Publisher]:
    publisher = Publisher(KafkaSettings(bootstrap=bootstrap))
    yield publisher
    await publisher.close()


@asynccontextmanager
async def relaying(database: Database, bootstrap: str) -> AsyncIterator[None]:
    async with publisher_to(bootstrap) as publisher:
        stop = asyncio.Event()
        task = asyncio.create_task(Relay("orders", database, publisher).run(stop))
        yield
        stop.set()
        task.cancel()
        await asyncio.wait([task])


async def published(subject: str, count: int, node: KafkaNode) -> list[ConsumerRecord[bytes, bytes]]:
    return await records_of(subject, count, bootstrap=node.bootstrap, topic="caravan.orders")


async def all_sent(outbox: Outbox) -> None:
    async with asyncio.timeout(30):
        while await outbox.unsent(1):  # noqa: ASYNC110 - the condition is kept by a server
            await asyncio.sleep(0.05)


async def test_a_committed_event_is_published_as_the_contract_says(database: Database, kafka_node: KafkaNode) -> None:
    outbox = Outbox(database)
    await outbox.prepare()
    async with relaying(database, kafka_node.bootstrap):
        await store(database, [event("e1", "o1", 1)])
        await all_sent(outbox)
    [record] = await published("o1", 1, kafka_node)
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


async def test_kafka_going_away_loses_nothing_and_keeps_each_aggregates_order(
    database: Database, kafka_node: KafkaNode
) -> None:
    outbox = Outbox(database)
    await outbox.prepare()
    async with relaying(database, kafka_node.bootstrap):
        await store(database, [event(f"a{number}", "o2", number) for number in range(1, 4)])
        await all_sent(outbox)
        kafka_node.kill()
        await store(database, [event(f"b{number}", "o2", number) for number in range(4, 7)])
        await kafka_node.start()
        await all_sent(outbox)
    found = await published("o2", 6, kafka_node)
    sequences = [int(headers_of(record)["ce_sequence"]) for record in found]
    assert list(dict.fromkeys(sequences)) == [1, 2, 3, 4, 5, 6]


async def test_a_relay_that_died_before_marking_publishes_again(database: Database, kafka_node: KafkaNode) -> None:
    outbox = Outbox(database)
    await outbox.prepare()
    await store(database, [event("e1", "o3", 1)])
    async with publisher_to(kafka_node.bootstrap) as publisher:
        await publisher.publish(await outbox.unsent(10), "orders")
        assert await Relay("orders", database, publisher).pass_once() == 1
    found = await published("o3", 2, kafka_node)
    assert [headers_of(record)["ce_id"] for record in found] == ["e1", "e1"]
    assert await outbox.unsent(10) == ()


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
