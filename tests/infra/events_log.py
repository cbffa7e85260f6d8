"""What stands in Kafka, read from the beginning by a consumer of the test's own."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord


def headers_of(record: ConsumerRecord[bytes, bytes]) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


async def records_of(subject: str, count: int, *, bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """The aggregate's records, as soon as there are so many; fails after half a minute."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    found: list[ConsumerRecord[bytes, bytes]] = []
    try:
        async with asyncio.timeout(30):
            while len(found) < count:
                batches = await consumer.getmany(timeout_ms=200)
                found.extend(record for batch in batches.values() for record in batch if record.key == subject.encode())
    finally:
        await consumer.stop()
    return found
