"""The relay: carries one service's events from its outbox to Kafka, at least once, in order within an aggregate.

Woken by the database's commits, but the truth is what it finds when it looks. Never fails anything: when the database
or Kafka is away it waits, longer each time, and goes on.
"""

import asyncio
from contextlib import suppress
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from services.infra.kafka.publisher import Publisher
from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from services.shared.errors import Unavailable

BATCH: Final = 1000
"""Events that one pass takes at most."""

LOOK_EVERY: Final = 1.0
REST: Final = 0.5
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 5.0
"""Seconds: between looks without a wake-up, between two passes (under load a pass then takes many events at a tenth of
the cost of one each), and after failures."""

PUBLISHED = Counter("caravan_outbox_published", "Events published from the outbox", ["service"])
WAITING = Gauge("caravan_outbox_waiting", "Events that the last look at the outbox found unsent", ["service"])

log = structlog.get_logger(__name__)


class Relay:
    """One service's relay. `run` it as a task; set its `stop` and cancel the task to end it."""

    def __init__(self, service: str, database: Database, publisher: Publisher) -> None:
        self._service = service
        self._outbox = Outbox(database)
        self._committed = database.committed
        self._publisher = publisher
        self._pause = FIRST_PAUSE

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until cancelled, or until `stop` is set: a driver may swallow a cancellation."""
        while not stop.is_set():
            self._committed.clear()
            try:
                taken = await self.pass_once()
            except Unavailable as failure:
                await self._back_off(failure)
                continue
            self._pause = FIRST_PAUSE
            await asyncio.sleep(REST)
            if taken < BATCH:
                await self._until_woken()

    async def pass_once(self) -> int:
        """Publishes and marks one batch; answers how many events it held.

        Raises:
            Unavailable: some may be published and not marked; a later pass publishes them again.
        """
        events = await self._outbox.unsent(BATCH)
        WAITING.labels(self._service).set(len(events))
        if events:
            await self._publisher.publish(events, self._service)
            await self._outbox.mark_sent(events)
            PUBLISHED.labels(self._service).inc(len(events))
        return len(events)

    async def _until_woken(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await self._committed.wait()

    async def _back_off(self, failure: Unavailable) -> None:
        log.warning("relay waits", service=self._service, dependency=failure.dependency, seconds=self._pause)
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
