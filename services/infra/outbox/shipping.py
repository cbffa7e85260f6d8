"""Publishing events and remembering it in the outbox: sent, or parked. Decides neither which nor when."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from services.infra.kafka.publisher import Publisher
from services.infra.outbox import metrics
from services.infra.outbox.events import Row
from services.infra.outbox.rows import Outbox
from services.shared.clock import Clock
from services.shared.events import Event

UNREADABLE: Final = "it is no event"

log = structlog.get_logger(__name__)


class Shipping:
    """What one service's relay publishes."""

    def __init__(self, service: str, outbox: Outbox, publisher: Publisher, clock: Clock) -> None:
        self._service = service
        self._outbox = outbox
        self._publisher = publisher
        self._clock = clock
        self._unmarked: list[str] = []
        self._marking = asyncio.Lock()

    @property
    def unmarked(self) -> int:
        """How many were published that the outbox does not know of yet."""
        return len(self._unmarked)

    async def ship(self, events: Sequence[Event], by: str) -> None:
        """Publishes them, and parks what can never be sent.

        The others go on, those of the same aggregate too: a consumer that misses one sees the gap in `ce_sequence`, but
        one that waits for what can never come would miss everything after it.

        Raises:
            Unavailable: publish all of them again.
        """
        never = await self._publisher.publish(events, self._service)
        self._unmarked += [event.id for event in events if event.id not in never]
        metrics.PASSES.labels(self._service, by).inc()
        metrics.PUBLISHED.labels(self._service).inc(len(events) - len(never))
        for event_id, reason in never.items():
            await self._park(event_id, reason)

    async def ship_found(self, rows: Sequence[Row]) -> list[Event]:
        """Publishes what was found in the outbox, and parks what is no event; answers whose turn is over.

        Raises:
            Unavailable: as `ship`.
        """
        found = [row.event for row in rows if row.event is not None]
        await self.ship(found, by="look")
        for row in rows:
            if row.event is None:
                await self._park(row.id, UNREADABLE)
        return found

    async def mark(self) -> None:
        """Tells the outbox what was published: who reads it after this finds none of that waiting.

        Raises:
            Unavailable: what is left is marked another time.
        """
        async with self._marking:
            marking = self._unmarked[:]
            await self._outbox.mark_sent(marking, self._clock.now())
            del self._unmarked[: len(marking)]

    async def _park(self, event_id: str, reason: str) -> None:
        await self._outbox.park(event_id, reason, self._clock.now())
        log.error("event parked", service=self._service, event_id=event_id, reason=reason)
        metrics.PARKED.labels(self._service).inc()
