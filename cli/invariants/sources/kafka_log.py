"""Reads Caravan's topics from their beginning to their end, again and again where it left off. Joins no group."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import OffsetAndMetadata

from cli.invariants.event_records import LagFact, Position, RecordFact
from services.infra.consuming.consumer import GROUP_PREFIX
from services.shared.dead_letters import SUFFIX, DeadLetterHeader

NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
PATIENCE_MS = 500

FETCH_WAIT_MS = 20
"""A fetch that waits for new records holds up every other request on its connection."""


class KafkaLog:
    """All records of some topics so far, each partition's in order, and how far consumers' groups have come.

    Attributes:
        since: where Kafka has dropped old events, the time of the oldest one left.
    """

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, topics: Collection[str]) -> None:
        self._admin = admin
        self._consumer = consumer
        self._topics = topics
        self._records: list[RecordFact] = []
        self._trimmed: set[TopicPartition] = set()
        self._beginnings: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self.since: datetime | None = None

    @classmethod
    @asynccontextmanager
    async def opened(cls, bootstrap: str, topics: Collection[str]) -> "AsyncIterator[KafkaLog]":
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
        ends = self._ends = await self._consumer.end_offsets(await self._partitions())
        while any([await self._consumer.position(partition) < end for partition, end in ends.items()]):
            batches = await self._consumer.getmany(*ends, timeout_ms=PATIENCE_MS)
            for partition, batch in batches.items():
                self._take(partition, batch)
        return tuple(self._records)

    async def lags(self, consumers: Mapping[str, Collection[str]]) -> tuple[LagFact, ...]:
        """What each consumer has not done yet of its topics, of all that `records` has found the last time."""
        groups = [GROUP_PREFIX + consumer for consumer in consumers]
        found = await asyncio.gather(*(self._admin.list_consumer_group_offsets(group) for group in groups))
        return tuple(
            LagFact(consumer=consumer, topic=topic, behind=self._behind(topic, offsets))
            for (consumer, topics), offsets in zip(consumers.items(), found, strict=True)
            for topic in sorted(topics)
        )

    def _behind(self, topic: str, committed: Mapping[TopicPartition, OffsetAndMetadata]) -> int:
        behind = 0
        for partition, end in self._ends.items():
            if partition.topic == topic:
                place = committed.get(partition)
                done = place.offset if place is not None and place.offset >= 0 else 0
                behind += max(0, end - max(done, self._beginnings[partition]))
        return behind

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
            self._beginnings |= beginnings
            self._trimmed |= {each for each, offset in beginnings.items() if offset and not each.topic.endswith(SUFFIX)}
            for partition, offset in (beginnings | positions).items():
                self._consumer.seek(partition, offset)
        return wanted

    def _take(self, partition: TopicPartition, batch: Sequence[ConsumerRecord]) -> None:
        if partition in self._trimmed:
            self._trimmed.discard(partition)
            oldest = datetime.fromtimestamp(batch[0].timestamp / 1000, UTC)
            self.since = max(oldest, self.since or oldest)
        self._records += [fact_of(record) for record in batch]


def fact_of(record: ConsumerRecord) -> RecordFact:
    """It may be anything: whoever can reach Kafka can write to it."""
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    return RecordFact(
        position=Position(topic=record.topic, partition=record.partition, offset=record.offset),
        key=(record.key or b"").decode(errors="replace"),
        event_id=headers.get("ce_id") or None,
        type=headers.get("ce_type", ""),
        sequence=_number(headers, "ce_sequence") or 0,
        at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        original=_original(headers),
        given_up_by=headers.get(DeadLetterHeader.CONSUMER, ""),
    )


def _original(headers: Mapping[str, str]) -> Position | None:
    topic = headers.get(DeadLetterHeader.ORIGINAL_TOPIC, "")
    partition = _number(headers, DeadLetterHeader.ORIGINAL_PARTITION)
    offset = _number(headers, DeadLetterHeader.ORIGINAL_OFFSET)
    if partition is None or offset is None:
        return None
    return Position(topic=topic, partition=partition, offset=offset)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    """None for what is no number of Kafka's."""
    text = headers.get(name, "")
    return int(text) if NUMBER.fullmatch(text) else None
