"""The process's producer: idempotent, and made anew when it has failed. Knows no outbox, no database."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic_core import to_json

from services.infra.kafka.records import record_headers
from services.infra.kafka.topics import DEPENDENCY, START_WITHIN, ensure_topics
from services.infra.settings import KafkaSettings
from services.shared.errors import Unavailable
from services.shared.events import Event

SEND_WITHIN = 10.0
STOP_WITHIN = 2.0
PROBE_WITHIN = 1.0
"""Seconds; a producer that takes longer to send is given up and another one made."""


class Publisher:
    """The process's producer: idempotent, and made anew when it has failed. Any task may publish."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def publish(self, events: Sequence[Event], source: str) -> None:
        """Returns when every event is on all in-sync replicas. An aggregate's events keep their order.

        Raises:
            Unavailable: which of them have arrived is unknown; publish all again.
        """
        producer = await self._started()
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await asyncio.gather(*[await _send(producer, event, source) for event in events])
        except (KafkaError, OSError, TimeoutError) as failure:
            await self._give_up(producer)
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure

    async def probe(self) -> bool:
        """Whether a broker answers now."""
        try:
            async with asyncio.timeout(PROBE_WITHIN):
                await (await self._started()).client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError, Unavailable):
            return False
        return True

    async def close(self) -> None:
        """Sends what is under way, if that is possible soon."""
        if self._producer is not None:
            await self._give_up(self._producer)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await self._start()
            return self._producer

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap, acks="all", enable_idempotence=True, linger_ms=0
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


async def _send(producer: AIOKafkaProducer, event: Event, source: str) -> asyncio.Future[object]:
    sending: asyncio.Future[object] = await producer.send(
        event.topic, value=to_json(event.data), key=event.subject.encode(), headers=record_headers(event, source)
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
