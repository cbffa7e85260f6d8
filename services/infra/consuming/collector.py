"""The collector: hands the raw records of all dead letter topics to whoever keeps them, at least once. Reads none.

It has no effect of an event and gives nothing up: whoever takes the records takes all of them, and one that is away is
waited for. New topics are found while it runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.infra.consuming.leaving import leave
from services.infra.kafka.topics import DEPENDENCY, START_WITHIN
from services.infra.pauses import set_within
from services.infra.settings import KafkaSettings
from services.shared.dead_letters import FoundRecord, Position
from services.shared.errors import Unavailable

GROUP: Final = "caravan.dead-letters"
TOPICS: Final = r"^caravan\..+\.dlq$"
BATCH: Final = 50
"""Records at once; each can have a megabyte."""

LOOK_EVERY_MS: Final = 500
NEW_TOPICS_EVERY_MS: Final = 2_000
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""How long a round may wait for a record, and a new topic to be seen; seconds between tries."""

EPOCH: Final = datetime.fromtimestamp(0, UTC)
LATEST_MS: Final = 253_402_300_799_000
"""The last millisecond that is a moment in Python is a little behind it."""

log = structlog.get_logger(__name__)

KafkaRecord: TypeAlias = "ConsumerRecord[bytes, bytes]"


Take = Callable[[Sequence[FoundRecord]], Awaitable[object]]
"""Keeps the records, once however often they come. Raises Unavailable when that has to wait."""


class Collector(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is published without types
    """`run` it as a task; several processes share the partitions."""

    def __init__(self, settings: KafkaSettings, take: Take) -> None:
        self._settings = settings
        self._take = take
        self._taking = asyncio.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set; then finishes what is in hand, commits and leaves the group."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                await self._membership(stop)
            except Unavailable as failure:
                log.warning("dead letters wait", dependency=failure.dependency, reason=str(failure), seconds=pause)
                await set_within(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Lets what is in hand be kept and committed first."""
        del revoked
        async with self._taking:
            pass

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing is to be prepared."""

    async def _membership(self, stop: asyncio.Event) -> None:
        """From joining the group to leaving it. Raises Unavailable, also for whoever takes the records: joined again,
        the group starts at the last commit.
        """
        kafka = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap,
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=NEW_TOPICS_EVERY_MS,
        )
        kafka.subscribe(pattern=TOPICS, listener=self)
        try:
            async with asyncio.timeout(START_WITHIN):
                await kafka.start()
            while not stop.is_set():
                await self._round(kafka)
        except (KafkaError, OSError, TimeoutError) as failure:
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
        finally:
            await leave(kafka)

    async def _round(self, kafka: AIOKafkaConsumer) -> None:
        batches: Mapping[TopicPartition, Sequence[KafkaRecord]] = await kafka.getmany(
            timeout_ms=LOOK_EVERY_MS, max_records=BATCH
        )
        if not batches:
            return
        async with self._taking:
            await self._take([_found(record) for records in batches.values() for record in records])
            ours = kafka.assignment()
            done = {partition: records[-1].offset + 1 for partition, records in batches.items() if partition in ours}
            if done:
                await kafka.commit(done)


def _found(record: KafkaRecord) -> FoundRecord:
    return FoundRecord(
        position=Position(topic=record.topic, partition=record.partition, offset=record.offset),
        timestamp=EPOCH + timedelta(milliseconds=record.timestamp) if 0 <= record.timestamp < LATEST_MS else None,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )
