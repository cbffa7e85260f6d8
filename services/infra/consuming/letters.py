"""Writes dead letters: what a consumer gives up, untouched, with why. Decides of no record that it is one.

A letter is on all in-sync replicas before its record's offset moves.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.infra.consuming.work import Received
from services.infra.kafka.topics import DEPENDENCY, LARGEST_LETTER, ensure_topics, letters_topic
from services.infra.settings import KafkaSettings
from services.shared.dead_letters import DeadLetterHeader
from services.shared.errors import Unavailable
from services.shared.replays import Failure

SEND_WITHIN: Final = 10.0
STOP_WITHIN: Final = 2.0
"""Seconds; a producer that takes longer is given up and another one made."""

Headers = list[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A record that a consumer gives up."""

    received: Received
    consumer: str
    failure: Failure
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime


class Letters(Protocol):
    """Where dead letters go."""

    async def write(self, letter: Letter) -> None:
        """Returns when it is kept. Raises Unavailable: it may be, or not; write it again."""
        ...


class KafkaLetters:
    """Writes them to Kafka; one for a process. Connects when there is a first one."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._known: set[str] = set()

    async def write(self, letter: Letter) -> None:
        """See Letters. The letter is in the partition of its record's number, where there is one."""
        record = letter.received.record
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(SEND_WITHIN):
                topic = await self._topic(letter)
                producer = await self._started()
                partitions = await producer.partitions_for(topic)
                same = letter.received.partition
                await producer.send_and_wait(
                    topic,
                    value=record.value,
                    key=record.key,
                    partition=same if same in partitions else None,
                    headers=letter_headers(letter),
                )
        except (KafkaError, OSError, TimeoutError) as failure:
            await self._give_up(producer)
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure

    async def close(self) -> None:
        """Leaves Kafka."""
        await self._give_up(self._producer)

    async def _topic(self, letter: Letter) -> str:
        """Its name, once it is there."""
        topic = letters_topic(letter.received.record.topic, letter.consumer)
        if topic.name not in self._known:
            await ensure_topics(self._settings, [topic])
            self._known.add(topic.name)
        return topic.name

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.bootstrap,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=0,
                    max_request_size=LARGEST_LETTER,
                )
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _give_up(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None:
            return
        if self._producer is producer:
            self._producer = None
        await _stop(producer)


async def _stop(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(STOP_WITHIN):
            await producer.stop()


def letter_headers(letter: Letter) -> Headers:
    """All of the original's, then ours, each once."""
    received, failure = letter.received, letter.failure
    ours: dict[DeadLetterHeader, str] = {
        DeadLetterHeader.ORIGINAL_TOPIC: received.record.topic,
        DeadLetterHeader.ORIGINAL_PARTITION: str(received.partition),
        DeadLetterHeader.ORIGINAL_OFFSET: str(received.offset),
        DeadLetterHeader.ORIGINAL_TIMESTAMP: str(received.timestamp),
        DeadLetterHeader.CONSUMER: letter.consumer,
        DeadLetterHeader.EXCEPTION_CLASS: failure.exception_class,
        DeadLetterHeader.EXCEPTION_MESSAGE: failure.message,
        DeadLetterHeader.ATTEMPTS: str(letter.attempts),
        DeadLetterHeader.FIRST_FAILED_AT: _text(letter.first_failed_at),
        DeadLetterHeader.LAST_FAILED_AT: _text(letter.last_failed_at),
        DeadLetterHeader.DISPOSITION: failure.disposition,
    }
    original: Sequence[tuple[str, bytes | None]] = received.record.headers
    return [*original, *((name.value, text.encode()) for name, text in ours.items())]


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
