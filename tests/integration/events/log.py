"""What stands on Kafka, read as it is; and records written to it as anybody could. Judges nothing."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from cli.ready import Addresses

LARGEST = 2 * 1024 * 1024

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"


async def records_on(at: Addresses, topics: Iterable[str]) -> list[Record]:
    """All records that these topics have now, each partition's in order."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=at.kafka,
        auto_offset_reset="earliest",
        group_id=None,
        max_partition_fetch_bytes=LARGEST,
    )
    await consumer.start()
    found: list[Record] = []
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            batches = await consumer.getmany(timeout_ms=200)
            found += [record for batch in batches.values() for record in batch]
    finally:
        await consumer.stop()
    return found


def event_id(record: Record) -> str:
    """Which event it is; empty where it does not say."""
    headers: dict[str, bytes] = dict(record.headers)
    return headers.get("ce_id", b"").decode()


@asynccontextmanager
async def producer_to(at: Addresses) -> AsyncIterator[AIOKafkaProducer]:
    """In the end everything is sent."""
    producer = AIOKafkaProducer(bootstrap_servers=at.kafka, max_request_size=LARGEST)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
