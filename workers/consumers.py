"""The table of consumers: which service's process reads which topic, under which name, for which effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.infra.consuming.events import EventWork
from services.infra.consuming.work import Consumption, Retries
from services.infra.notices import Changed
from services.infra.response_cache.tags import IN_STOCK, TRENDING
from services.shared.clock import Clock
from services.shared.receipts import Handler
from workers.composition import STOCK_NOTES, Hosted
from workers.event_notices import ACCOUNT_NOTICES, FAILED_NOTICES, ORDER_NOTICES
from workers.event_types import KNOWN_TYPES
from workers.news import News
from workers.recommendations import PURCHASES, SHELF
from workflows.names import NOTIFICATIONS

USUAL: Final = Retries()
RECOMMENDATIONS: Final = "recommendations"


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
        replay: what a replay of its dead letters does; None: the same as `handler`.
        floods: see Consumption.
        owes: names of kept answers that are made from what it writes. They are dropped when a process begins, too:
            the one before it may have ended without.
    """

    service: str
    topic: str
    consumer: str
    handler: Callable[[Hosted, News], Handler]
    receipts: bool = False
    retries: Retries = USUAL
    every: float = 0.0
    replay: Callable[[Hosted, News], Handler] | None = None
    floods: bool = False
    owes: tuple[str, ...] = ()


NOTES_EVERY: Final = 0.5
NOTICES_EVERY: Final = 0.2
TOLD_EVERY: Final = 0.2
FAILED_EVERY: Final = 1.0
COUNTED_EVERY: Final = 1.0
"""Seconds: neither the lists of what is in stock, nor what is seen live, nor mails need be any newer, and what is noted
or told together costs less, as does what is fetched together."""

CONSUMERS: Final = (
    Row(
        service="orders",
        topic="caravan.orders",
        consumer="live-orders",
        handler=lambda _, news: news.of("live-orders", Changed.ORDER),
        every=NOTICES_EVERY,
    ),
    Row(
        service="payments",
        topic="caravan.payments",
        consumer="live-payments",
        handler=lambda _, news: news.of("live-payments", Changed.PAYMENT),
        every=NOTICES_EVERY,
    ),
    Row(
        service="inventory",
        topic="caravan.inventory",
        consumer="live-stock",
        handler=lambda _, news: news.of("live-stock", Changed.STOCK),
        every=NOTICES_EVERY,
    ),
    Row(
        service="catalog",
        topic="caravan.catalog",
        consumer="cache-products",
        handler=lambda _, news: news.drops.of("cache-products"),
        every=NOTICES_EVERY,
    ),
    Row(
        service="users",
        topic="caravan.users",
        consumer="cache-users",
        handler=lambda _, news: news.drops.of("cache-users"),
        every=NOTICES_EVERY,
    ),
    Row(
        service="catalog",
        topic="caravan.inventory",
        consumer=STOCK_NOTES,
        handler=lambda hosted, _: hosted.handlers[STOCK_NOTES],
        receipts=True,
        every=NOTES_EVERY,
        owes=(IN_STOCK,),
    ),
    Row(
        service=NOTIFICATIONS,
        topic="caravan.orders",
        consumer=ORDER_NOTICES,
        handler=lambda hosted, _: hosted.handlers[ORDER_NOTICES],
        receipts=True,
        every=TOLD_EVERY,
    ),
    Row(
        service=NOTIFICATIONS,
        topic="caravan.users",
        consumer=ACCOUNT_NOTICES,
        handler=lambda hosted, _: hosted.handlers[ACCOUNT_NOTICES],
        every=TOLD_EVERY,
    ),
    Row(
        service=NOTIFICATIONS,
        topic="caravan.notifications",
        consumer=FAILED_NOTICES,
        handler=lambda hosted, _: hosted.handlers[FAILED_NOTICES],
        every=FAILED_EVERY,
        replay=lambda hosted, _: hosted.replays[FAILED_NOTICES],
        floods=True,
    ),
    Row(
        service=RECOMMENDATIONS,
        topic="caravan.orders",
        consumer=PURCHASES,
        handler=lambda hosted, _: hosted.handlers[PURCHASES],
        every=COUNTED_EVERY,
        owes=(TRENDING,),
    ),
    Row(
        service=RECOMMENDATIONS,
        topic="caravan.catalog",
        consumer=SHELF,
        handler=lambda hosted, _: hosted.handlers[SHELF],
        every=COUNTED_EVERY,
        owes=(TRENDING,),
    ),
    Row(
        service=RECOMMENDATIONS,
        topic="caravan.recommendations",
        consumer="cache-recommendations",
        handler=lambda _, news: news.drops.of("cache-recommendations"),
        every=NOTICES_EVERY,
    ),
)


def works_of(hosted: Hosted, news: News, clock: Clock) -> Mapping[str, EventWork]:
    """What this service's consumers do with their topics, by their names."""
    return {
        row.consumer: _work(row, row.handler(hosted, news), clock) for row in CONSUMERS if row.service == hosted.name
    }


def appliers_of(hosted: Hosted, news: News, clock: Clock) -> Mapping[str, EventWork]:
    """What they do with records that are replayed to them."""
    works = dict(works_of(hosted, news, clock))
    for row in CONSUMERS:
        if row.consumer in works and row.replay:
            works[row.consumer] = _work(row, row.replay(hosted, news), clock)
    return works


def _work(row: Row, handler: Handler, clock: Clock) -> EventWork:
    return EventWork(row.consumer, handler, KNOWN_TYPES.check, clock)


def consumptions_of(works: Mapping[str, EventWork]) -> tuple[Consumption, ...]:
    """What a process with these works consumes."""
    return tuple(
        Consumption(
            topics=(row.topic,),
            consumer=row.consumer,
            work=works[row.consumer],
            retries=row.retries,
            every=row.every,
            floods=row.floods,
        )
        for row in CONSUMERS
        if row.consumer in works
    )
