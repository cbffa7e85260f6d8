"""The table of consumers: which service's process reads which topic, under which name, for which effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.infra.consuming.consumer import Consumption, Handler
from services.infra.notices import Changed
from workers.composition import STOCK_NOTES, Hosted
from workers.live_notices import LiveNotices


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One consumer.

    Attributes:
        service: whose processes run it; they share the topic's partitions.
        consumer: its name, for good: the group's offsets are kept under it.
        handler: the effect, from what the service is made of.
    """

    service: str
    topic: str
    consumer: str
    handler: Callable[[Hosted, LiveNotices], Handler]


CONSUMERS: Final = (
    Row(
        service="orders",
        topic="caravan.orders",
        consumer="live-orders",
        handler=lambda _, live: live.of(Changed.ORDER),
    ),
    Row(
        service="payments",
        topic="caravan.payments",
        consumer="live-payments",
        handler=lambda _, live: live.of(Changed.PAYMENT),
    ),
    Row(
        service="inventory",
        topic="caravan.inventory",
        consumer="live-stock",
        handler=lambda _, live: live.of(Changed.STOCK),
    ),
    Row(
        service="catalog",
        topic="caravan.inventory",
        consumer=STOCK_NOTES,
        handler=lambda hosted, _: hosted.handlers[STOCK_NOTES],
    ),
)


def consumptions_of(hosted: Hosted, live: LiveNotices) -> tuple[Consumption, ...]:
    """What this service's process consumes."""
    return tuple(
        Consumption(topic=row.topic, consumer=row.consumer, handle=row.handler(hosted, live))
        for row in CONSUMERS
        if row.service == hosted.name
    )
