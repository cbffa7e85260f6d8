"""The process's producer: idempotent, and made anew when it has failed. Knows no outbox, no database."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidMessageError, KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from services.infra.kafka.departures import Departures
from services.infra.kafka.outgoing import MOST_BYTES, Outgoing, outgoing_of
from services.infra.kafka.topics import DEPENDENCY, START_WITHIN, ensure_topics
from services.infra.settings import KafkaSettings
from services.shared.errors import Unavailable
from services.shared.events import Event

SEND_WITHIN = 10.0
STOP_WITHIN = 2.0
PROBE_WITHIN = 1.0
"""Seconds; a producer that takes longer to send is given up and another one made."""

GATHERED: Final = 0.04
"""Seconds from one departure to the next: what is committed meanwhile shares a request."""

BATCH_BYTES: Final = 128 * 1024
"""A partition is sent one batch at a time: large ones take a backlog along in few trips, a quiet topic's are small."""

REFUSALS: Final = (InvalidMessageError, MessageSizeTooLargeError, RecordListTooLargeError)
"""What a broker answers to a record that it will never take."""


class _RefusedError(Exception):
    """A broker will never take one of the records; its text says why."""


class Publisher:
    """The process's producer: idempotent, and made anew when it has failed. Any task may publish."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._departures = Departures(GATHERED)

    async def departure(self) -> None:
        """Returns when it is time to publish again, for all who wait at the same moment: their events share a trip."""
        await self._departures.next()

    async def publish(self, events: Sequence[Event], source: str) -> Mapping[str, str]:
        """Returns when every event that can be sent is on all in-sync replicas. An aggregate's events keep their order.

        Answers the events that can never be sent, by their ids, each with the reason. They hold up no other.

        Raises:
            Unavailable: which of them have arrived is unknown; publish all again.
        """
        records, never = outgoing_of(events, source)
        try:
            await self._send_all(records)
        except _RefusedError:
            # A broker refuses a batch of records for one of them. Which one it is shows when each is sent alone.
            never |= await self._send_singly(records)
        return never

    async def connect(self) -> AIOKafkaProducer:
        """The producer, connected. Raises Unavailable."""
        async with self._starting:
            if self._producer is None:
                self._producer = await self._start()
            return self._producer

    async def probe(self) -> bool:
        """Whether a broker answers now."""
        try:
            async with asyncio.timeout(PROBE_WITHIN):
                await (await self.connect()).client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError, Unavailable):
            return False
        return True

    async def close(self) -> None:
        """Sends what is under way, if that is possible soon."""
        if self._producer is not None:
            await self._give_up(self._producer)

    async def _send_singly(self, records: Sequence[Outgoing]) -> dict[str, str]:
        refused = {}
        for record in records:
            try:
                await self._send_all([record])
            except _RefusedError as refusal:
                refused[record.event_id] = str(refusal)
        return refused

    async def _send_all(self, records: Sequence[Outgoing]) -> None:
        """Raises Unavailable, _RefusedError."""
        producer = await self.connect()
        try:
            async with asyncio.timeout(SEND_WITHIN):
                sending = [await _send(producer, record) for record in records]
                answers = await asyncio.gather(*sending, return_exceptions=True)
            failures = [answer for answer in answers if isinstance(answer, BaseException)]
            if failures:
                raise next((failure for failure in failures if isinstance(failure, REFUSALS)), failures[0])
        except REFUSALS as refusal:
            # What was refused took a number in the producer's sequence, so the broker takes nothing more of it.
            await self._give_up(producer)
            raise _RefusedError(f"Kafka refuses it: {type(refusal).__name__}") from refusal
        except (KafkaError, OSError, TimeoutError) as failure:
            await self._give_up(producer)
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            max_request_size=MOST_BYTES,
        )
        try:
            async with asyncio.timeout(START_WITHIN):
                await ensure_topics(self._settings)
                await producer.start()
        except (KafkaError, OSError, TimeoutError) as failure:
            await _stop(producer)
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
        except asyncio.CancelledError:
            await _stop(producer)
            raise
        return producer

    async def _give_up(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            await _stop(producer)


async def _send(producer: AIOKafkaProducer, record: Outgoing) -> asyncio.Future[object]:
    sending: asyncio.Future[object] = await producer.send(
        record.topic, value=record.value, key=record.key, headers=record.headers
    )
    return sending


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await producer.stop()
    except TimeoutError:
        # `stop` waits without end for a broker that is away, and cancelled leaves its sender running.
        await producer._sender.close()  # noqa: SLF001 (there is no public way)
        with suppress(KafkaError, OSError):
            await producer.client.close()
