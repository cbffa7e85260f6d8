"""The table of consumers: which service's process reads which topic, under which name, for which effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.infra.consuming.events import EventWork
from services.infra.consuming.work import Consumption, Retries
from services.infra.notices import Changed
from services.shared.clock import Clock
from services.shared.receipts import Handler
from workers.composition import STOCK_NOTES, Hosted
from workers.event_types import KNOWN_TYPES
from workers.live_notices import LiveNotices

USUAL: Final = Retries()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One consumer.

    Attributes:
        service: whose processes run it; they share the topic's partitions.
        consumer: its name, for good: the group's offsets are kept under it.
        handler: the effect, from what the service is made of.
        receipts: the handler keeps its receipts with its effects, in the inbox of the service's database; without,
            the effect is one that may come twice.
        retries: of records whose handler fails for no known reason.
        every: seconds between its looks at the topic at least, see Consumption.
    """

    service: str
    topic: str
    consumer: str
    handler: Callable[[Hosted, LiveNotices], Handler]
    receipts: bool = False
    retries: Retries = USUAL
    every: float = 0.0


NOTES_EVERY: Final = 0.5
NOTICES_EVERY: Final = 0.2
"""Seconds: neither the lists of what is in stock nor what is seen live need be any newer, and what is noted or told
together costs less, as does what is fetched together."""

CONSUMERS: Final = (
    Row(
        service="orders",
        topic="caravan.orders",
        consumer="live-orders",
        handler=lambda _, live: live.of(Changed.ORDER),
        every=NOTICES_EVERY,
    ),
    Row(
        service="payments",
        topic="caravan.payments",
        consumer="live-payments",
        handler=lambda _, live: live.of(Changed.PAYMENT),
        every=NOTICES_EVERY,
    ),
    Row(
        service="inventory",
        topic="caravan.inventory",
        consumer="live-stock",
        handler=lambda _, live: live.of(Changed.STOCK),
        every=NOTICES_EVERY,
    ),
    Row(
        service="catalog",
        topic="caravan.inventory",
        consumer=STOCK_NOTES,
        handler=lambda hosted, _: hosted.handlers[STOCK_NOTES],
        receipts=True,
        every=NOTES_EVERY,
    ),
)


def works_of(hosted: Hosted, live: LiveNotices, clock: Clock) -> Mapping[str, EventWork]:
    """What this service's consumers do, by their names; for their topics, and for records that are replayed to one."""
    return {
        row.consumer: EventWork(row.consumer, row.handler(hosted, live), KNOWN_TYPES.check, clock)
        for row in CONSUMERS
        if row.service == hosted.name
    }


def consumptions_of(works: Mapping[str, EventWork]) -> tuple[Consumption, ...]:
    """What a process with these works consumes."""
    return tuple(
        Consumption(
            topics=(row.topic,), consumer=row.consumer, work=works[row.consumer], retries=row.retries, every=row.every
        )
        for row in CONSUMERS
        if row.consumer in works
    )
