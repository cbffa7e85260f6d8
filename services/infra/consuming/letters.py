"""Writes dead letters: what a consumer gives up, untouched, with why. Decides of no record that it is one.

A letter is on all in-sync replicas before its record's offset moves. One that Kafka never takes as it is, for its size,
is written without its content.
"""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import BrokerResponseError, KafkaError

from services.infra.consuming.letter_records import Letter, LetterRecord, whole, without_content
from services.infra.kafka.publisher import REFUSALS
from services.infra.kafka.topics import DEPENDENCY, LARGEST_LETTER, ensure_topics, letters_topic
from services.infra.settings import KafkaSettings
from services.shared.errors import Unavailable

SEND_WITHIN: Final = 10.0
STOP_WITHIN: Final = 2.0
"""Seconds; a producer that takes longer is given up and another one made."""

log = structlog.get_logger(__name__)


class LetterRefused(Unavailable):
    """Kafka answers, and does not let this letter in: it lacks a right, or its topic. Others may be taken."""


class Letters(Protocol):
    """Where dead letters go."""

    async def write(self, letter: Letter) -> None:
        """Returns when it is kept. Raises Unavailable: it may be, or not; write it again. So does LetterRefused."""
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
        try:
            await self._send(letter, whole(letter))
        except REFUSALS as refusal:
            log.warning(
                "dead letter without its content",
                consumer=letter.consumer,
                topic=letter.received.record.topic,
                partition=letter.received.partition,
                offset=letter.received.offset,
                failure=type(refusal).__name__,
            )
            try:
                await self._send(letter, without_content(letter))
            except REFUSALS as again:
                raise LetterRefused(DEPENDENCY, type(again).__name__) from again

    async def close(self) -> None:
        """Leaves Kafka."""
        await self._give_up(self._producer)

    async def _send(self, letter: Letter, record: LetterRecord) -> None:
        """Raises one of REFUSALS for what will never be taken, Unavailable."""
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
                    headers=record.headers,
                )
        except REFUSALS:
            await self._give_up(producer)
            raise
        except (KafkaError, OSError, TimeoutError) as failure:
            await self._give_up(producer)
            refused = isinstance(failure, BrokerResponseError) and not failure.retriable
            raise (LetterRefused if refused else Unavailable)(DEPENDENCY, type(failure).__name__) from failure

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
