"""What the dead letters' process runs beside its API: takes in what consumers gave up, and counts what waits.

Decides nothing about a letter.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from services.deadletters.models import Backlog
from services.deadletters.ports import DeadLetterStore, Intake
from services.infra.pauses import set_within
from services.shared.clock import Clock
from services.shared.dead_letters import FoundRecord
from services.shared.errors import Unavailable

COUNT_EVERY: Final = 15.0
"""Seconds between two counts of what waits."""

SHARE: Final = 0.05
"""Of the time, at most, that counting may take: of many letters it is done less often."""

OTHER: Final = "other"
"""What a consumer that is in no table is called in metrics, whose labels must stay few."""

TAKEN_IN = Counter("caravan_dead_letters_taken_in", "Dead letters that were new to the store")
WAITING = Gauge(
    "caravan_dead_letters_waiting", "Dead letters that wait for a person", ["consumer", "status", "disposition"]
)
OLDEST = Gauge("caravan_dead_letters_oldest_seconds", "Age of the oldest dead letter that waits", ["consumer"])

log = structlog.get_logger(__name__)


def taking_in(intake: Intake) -> Callable[[Sequence[FoundRecord]], Awaitable[None]]:
    """Keeps records, and counts those that were new."""

    async def take(records: Sequence[FoundRecord]) -> None:
        new = await intake.take_in(records)
        TAKEN_IN.inc(new)
        if new:
            log.warning("dead letters taken in", new=new)

    return take


class BacklogMetrics:
    """Counts what waits, now and then. `run` it as a task."""

    def __init__(self, store: DeadLetterStore, consumers: Collection[str], clock: Clock) -> None:
        """`consumers` are the names that there are."""
        self._store = store
        self._consumers = frozenset(consumers)
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set."""
        now = asyncio.get_running_loop().time
        while not stop.is_set():
            began = now()
            with suppress(Unavailable):
                self.tell(await self._store.backlog())
            await set_within(stop, max(COUNT_EVERY, (now() - began) / SHARE))

    def tell(self, backlog: Sequence[Backlog]) -> None:
        """Shows these counts and no others."""
        WAITING.clear()
        OLDEST.clear()
        oldest: dict[str, datetime] = {}
        for kind in backlog:
            consumer = kind.consumer if kind.consumer in self._consumers else OTHER
            WAITING.labels(consumer, kind.status, kind.disposition or OTHER).inc(kind.count)
            oldest[consumer] = min(kind.oldest, oldest.get(consumer, kind.oldest))
        for consumer, moment in oldest.items():
            OLDEST.labels(consumer).set((self._clock.now() - moment).total_seconds())
