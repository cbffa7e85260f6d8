"""Kept answers that events make void: drops the names that the table of tags says. Knows no other effect of an event.

Keeps no receipts: what is dropped twice, late or out of order costs gateways a computation, and shows nobody anything
older.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from prometheus_client import Counter, Histogram

from services.infra.response_cache.ports import Invalidation
from services.shared.clock import Clock
from services.shared.receipts import Delivery, Handler, Outcome
from workers.event_tags import tags_of

BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)

DROPPED = Counter("caravan_cache_dropped_tags", "Names dropped from kept answers because of events", ["consumer"])
LATENESS = Histogram(
    "caravan_cache_drop_seconds",
    "From an event's moment until nobody is given an older answer, of the events that make any void",
    ["consumer"],
    buckets=BUCKETS,
)


class CacheDrops:
    """Drops what events tell of."""

    def __init__(self, invalidation: Invalidation, clock: Clock) -> None:
        self._invalidation = invalidation
        self._clock = clock

    def of(self, consumer: str) -> Handler:
        """The handler of that consumer. While Redis is away its events wait."""
        return _Drops(consumer, self)

    async def clear(self) -> None:
        """Everything that is kept. Raises Unavailable."""
        await self._invalidation.clear()

    async def drop(self, consumer: str, tags: Iterable[str], moments: Iterable[datetime]) -> None:
        """One trip for all of them; then they are counted, with how late they came. Raises Unavailable."""
        void = frozenset(tags)
        if not void:
            return
        await self._invalidation.drop(void)
        DROPPED.labels(consumer).inc(len(void))
        now, lateness = self._clock.now(), LATENESS.labels(consumer)
        for moment in moments:
            lateness.observe(max((now - moment).total_seconds(), 0.0))


class _Drops:
    """Offers Handler."""

    def __init__(self, consumer: str, drops: CacheDrops) -> None:
        self._consumer = consumer
        self._drops = drops

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Raises Unavailable: they can be dropped again."""
        telling = [delivery.event for delivery in deliveries if tags_of([delivery.event])]
        await self._drops.drop(self._consumer, tags_of(telling), [event.time for event in telling])
        return [Outcome.APPLIED] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        del delivery
        return Outcome.APPLIED
