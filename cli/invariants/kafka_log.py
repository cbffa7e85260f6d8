"""Reads Caravan's topics from their beginning to their end, again and again where it left off. Joins no group."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from cli.invariants.records import RecordFact
from cli.kafka_records import text_headers

PATIENCE_MS = 500

FETCH_WAIT_MS = 20
"""A fetch that waits for new records holds up every other request on its connection."""


class KafkaLog:
    """All records of some topics so far, each partition's in order.

    Attributes:
        since: where Kafka has dropped old records, the time of the oldest one left.
    """

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, topics: Sequence[str]) -> None:
        self._admin = admin
        self._consumer = consumer
        self._topics = topics
        self._records: list[RecordFact] = []
        self._trimmed: set[TopicPartition] = set()
        self.since: datetime | None = None

    @classmethod
    @asynccontextmanager
    async def opened(cls, bootstrap: str, topics: Sequence[str]) -> "AsyncIterator[KafkaLog]":
        """Connects, and disconnects in the end."""
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=FETCH_WAIT_MS
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(admin.close)
            stack.push_async_callback(consumer.stop)
            await admin.start()
            await consumer.start()
            yield cls(admin, consumer, topics)

    async def records(self) -> tuple[RecordFact, ...]:
        """Everything that was on Kafka when this was called."""
        ends = await self._consumer.end_offsets(await self._partitions())
        while any([await self._consumer.position(partition) < end for partition, end in ends.items()]):
            batches = await self._consumer.getmany(*ends, timeout_ms=PATIENCE_MS)
            for partition, batch in batches.items():
                self._take(partition, batch)
        return tuple(self._records)

    async def _partitions(self) -> list[TopicPartition]:
        """All partitions there are; those that are new are read from their beginning.

        Asks about all topics: asking about one by its name would make it.
        """
        wanted = [
            TopicPartition(described["topic"], partition["partition"])
            for described in await self._admin.describe_topics()
            if described["topic"] in self._topics
            for partition in described["partitions"]
        ]
        known = self._consumer.assignment()
        if fresh := [partition for partition in wanted if partition not in known]:
            positions = {partition: await self._consumer.position(partition) for partition in known}
            self._consumer.assign(wanted)
            beginnings = await self._consumer.beginning_offsets(fresh)
            self._trimmed |= {partition for partition, offset in beginnings.items() if offset > 0}
            for partition, offset in (beginnings | positions).items():
                self._consumer.seek(partition, offset)
        return wanted

    def _take(self, partition: TopicPartition, batch: Sequence[ConsumerRecord]) -> None:
        if partition in self._trimmed:
            self._trimmed.discard(partition)
            oldest = datetime.fromtimestamp(batch[0].timestamp / 1000, UTC)
            self.since = max(oldest, self.since or oldest)
        self._records += [_fact(record) for record in batch]


def _fact(record: ConsumerRecord) -> RecordFact:
    headers = text_headers(record)
    return RecordFact(
        topic=record.topic,
        key=(record.key or b"").decode(),
        event_id=headers["ce_id"],
        type=headers["ce_type"],
        sequence=int(headers["ce_sequence"]),
    )
