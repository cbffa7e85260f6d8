"""What events make void is dropped: by the table, at once; and what projections owe, whatever Redis does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.infra.notices import Changed
from services.infra.response_cache.tags import IN_STOCK, TRENDING
from services.shared.errors import Unavailable
from services.shared.events import Event
from services.shared.receipts import Delivery, Handler, Outcome, Receipt
from tests.events.builders import one_of_every_type
from tests.support.doubles import StandingClock
from workers.cache_drops import CacheDrops
from workers.event_tags import TAGS, tags_of
from workers.event_types import KNOWN_TYPES
from workers.news import News
from workers.owed_drops import MOST_NAMES, OwedDrops
from workers.owing import owing_names, owing_purchases

NOW = StandingClock().now()
EVERYTHING = frozenset({"*"})

VOID: dict[str, set[str]] = {
    **{key: {"user:u1"} for key in ("user.registered.v1", "user.password-changed.v1", "user.session-compromised.v1")},
    **{key: {"user:u1"} for key in ("user.preferences-changed.v1", "user.roles-changed.v1")},
    "user.signed-in.v1": set(),
    "product.created.v1": {"product:p1", "products", "stock:SKU-p1"},
    **{key: {"product:p1", "products"} for key in ("product.updated.v1", "product.archived.v1")},
    **{f"stock.{what}.v1": {"stock:SHOE-1"} for what in ("reserved", "released", "committed", "adjusted")},
    **{
        f"order.{state}.v1": {"order:o1", "orders-of:c1"}
        for state in ("placed", "reserved", "confirmed", "shipped", "delivered", "rejected", "cancelled")
    },
    **{f"payment.{state}.v1": {"order:o1"} for state in ("authorized", "captured", "voided", "refunded", "declined")},
    **{f"notification.{end}.v1": set() for end in ("sent", "skipped", "failed")},
    "recommendations.refreshed.v1": {"recommendations:u1"},
}


@dataclass
class Epochs:
    """Offers Invalidation: remembers what was dropped, in turn. Away, it takes nothing."""

    dropped: list[frozenset[str]] = field(default_factory=list)
    is_away: bool = False
    tries: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def drop(self, tags: Collection[str]) -> None:
        self._take(frozenset(tags))

    async def clear(self) -> None:
        self._take(EVERYTHING)

    async def until(self, *, tries: int) -> None:
        while self.tries < tries:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 5)

    def _take(self, tags: frozenset[str]) -> None:
        self.tries += 1
        self.news.set()
        if self.is_away:
            raise Unavailable("redis", "away")
        self.dropped.append(tags)


def delivered(event: Event) -> Delivery:
    return Delivery(event=event, receipt=Receipt(consumer="c", event_id=event.id, at=NOW))


@pytest.mark.parametrize("event", one_of_every_type(), ids=lambda event: event.type)
def test_each_event_makes_void_what_shows_what_it_tells_of(event: Event) -> None:
    assert tags_of([event]) == VOID[event.type]


def test_every_type_of_event_has_its_row() -> None:
    assert set(TAGS) == {known.name for known in KNOWN_TYPES} == set(VOID)


def stock_event(sku: str, sequence: int = 1, age: float = 0.0) -> Event:
    data = {"sku": sku, "onHand": 3, "reserved": 0, "available": 3, "quantity": 1}
    moment = NOW - timedelta(seconds=age)
    return Event(
        id=f"{sku}-{sequence}", type="stock.adjusted.v1", subject=sku, sequence=sequence, time=moment, data=data
    )


async def test_many_events_are_one_trip_and_those_that_make_nothing_void_are_none() -> None:
    epochs = Epochs()
    handler = CacheDrops(epochs, StandingClock()).of("c")
    events = [stock_event("ink"), stock_event("pen"), stock_event("ink", 2)]
    assert list(await handler.handle([delivered(event) for event in events])) == [Outcome.APPLIED] * 3
    assert epochs.dropped == [{"stock:ink", "stock:pen"}]
    signed_in = next(event for event in one_of_every_type() if event.type == "user.signed-in.v1")
    await handler.handle([delivered(signed_in)])
    assert epochs.tries == 1


async def test_late_duplicate_and_disordered_events_are_dropped_each_time() -> None:
    """Each of them may be the first to say so to a gateway that has computed an answer before it."""
    epochs = Epochs()
    handler = CacheDrops(epochs, StandingClock()).of("c")
    for event in (stock_event("ink", 2), stock_event("ink", 1, age=86_400), stock_event("ink", 2)):
        await handler.handle([delivered(event)])
    assert epochs.dropped == [{"stock:ink"}] * 3


def observed(consumer: str, within: str) -> float:
    labels = {"consumer": consumer, "le": within}
    return REGISTRY.get_sample_value("caravan_cache_drop_seconds_bucket", labels) or 0.0


async def test_how_late_each_drop_comes_is_measured_from_its_events_moment() -> None:
    handler = CacheDrops(Epochs(), StandingClock()).of("measured")
    await handler.handle([delivered(stock_event("ink", age=0.15)), delivered(stock_event("pen", age=1.5))])
    assert [observed("measured", within) for within in ("0.1", "0.2", "1.0", "2.0")] == [0, 1, 1, 2]


class Notices:
    """Offers Handler: notes what had been dropped when it was asked to tell."""

    def __init__(self, epochs: Epochs) -> None:
        self._epochs = epochs
        self.dropped_before: list[int] = []

    def of(self, _kind: Changed) -> Handler:
        return self

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        self.dropped_before.append(len(self._epochs.dropped))
        return [Outcome.APPLIED] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        del delivery
        return Outcome.APPLIED


async def test_whoever_hears_a_notice_and_asks_is_given_nothing_older() -> None:
    epochs = Epochs()
    notices: Any = Notices(epochs)
    handler = News(drops=CacheDrops(epochs, StandingClock()), live=notices).of("live-stock", Changed.STOCK)
    await handler.handle([delivered(stock_event("ink"))])
    epochs.is_away = True
    with pytest.raises(Unavailable):
        await handler.handle([delivered(stock_event("ink", 2))])
    assert notices.dropped_before == [1], "told after the drop, and not while nothing can be dropped"


@asynccontextmanager
async def running(owed: OwedDrops, epochs: Epochs) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(owed.run(CacheDrops(epochs, StandingClock()), stop))
    yield stop
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_what_a_projection_owes_is_dropped_as_soon_as_redis_takes_it() -> None:
    epochs, owed = Epochs(is_away=True), OwedDrops()
    async with running(owed, epochs):
        owed.owe("stock-notes", [IN_STOCK], NOW)
        await epochs.until(tries=2)
        owed.owe("stock-notes", ["trending"], NOW)
        assert epochs.dropped == []
        epochs.is_away = False
        await epochs.until(tries=4)
    assert epochs.dropped == [{IN_STOCK}, {"trending"}]


async def test_what_is_owed_later_waits_and_is_dropped_together_and_at_the_end_in_any_case() -> None:
    epochs, owed = Epochs(), OwedDrops()
    async with running(owed, epochs):
        for sku in ("ink", "pen", "ink"):
            owed.owe("purchases", [f"bought-together:{sku}"], NOW, later=3600)
        owed.owe("purchases", ["recommendations:u1"], NOW)
        await epochs.until(tries=1)
        assert epochs.dropped == [{"recommendations:u1"}]
    assert epochs.dropped[1:] == [{"bought-together:ink", "bought-together:pen"}]


async def test_what_is_owed_later_comes_after_its_time_and_not_much_later() -> None:
    epochs, owed = Epochs(), OwedDrops()
    loop = asyncio.get_running_loop()
    async with running(owed, epochs):
        started = loop.time()
        owed.owe("purchases", ["trending"], NOW, later=0.1)
        await epochs.until(tries=1)
        assert 0.1 <= loop.time() - started < 1


async def test_of_too_many_names_all_that_is_kept_is_dropped() -> None:
    epochs, owed = Epochs(is_away=True), OwedDrops()
    async with running(owed, epochs):
        owed.owe("purchases", (f"recommendations:{number}" for number in range(MOST_NAMES + 1)), NOW)
        await epochs.until(tries=1)
        epochs.is_away = False
        await epochs.until(tries=2)
    assert epochs.dropped == [EVERYTHING]


class Counting:
    """Offers Handler. Its effect may be there although it says that something was away."""

    def __init__(self, *, is_away: bool = False) -> None:
        self._is_away = is_away

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        if self._is_away:
            raise Unavailable("temporal", "away")
        return [Outcome.DUPLICATE] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        del delivery
        return Outcome.DUPLICATE


def one(kind: str) -> Event:
    return next(event for event in one_of_every_type() if event.type == kind)


@pytest.mark.parametrize("kind", ["order.confirmed.v1", "order.cancelled.v1"])
@pytest.mark.parametrize("is_away", [False, True])
async def test_an_order_that_is_counted_makes_its_buyers_list_void_and_what_is_counted_of_its_goods_a_little_later(
    kind: str, *, is_away: bool
) -> None:
    epochs, owed = Epochs(), OwedDrops()
    handler = owing_purchases(Counting(is_away=is_away), owed, "purchases", timedelta(seconds=0.05))
    async with running(owed, epochs):
        with pytest.raises(Unavailable) if is_away else nullcontext():
            await handler.handle([delivered(one(kind)), delivered(one("order.shipped.v1"))])
        await epochs.until(tries=2)
    skus = {f"bought-together:{line['sku']}" for line in one(kind).data["lines"]}
    assert epochs.dropped == [{"recommendations:c1"}, skus | {TRENDING}]


async def test_an_order_on_its_way_changes_no_list_and_a_new_name_the_reasons() -> None:
    epochs, owed = Epochs(), OwedDrops()
    purchases = owing_purchases(Counting(), owed, "purchases", timedelta(seconds=0.05))
    names = owing_names(Counting(), owed, "shelf", timedelta(seconds=0.05))
    async with running(owed, epochs):
        await purchases.handle([delivered(one("order.placed.v1")), delivered(one("order.shipped.v1"))])
        await names.handle([delivered(one("product.created.v1"))])
        assert owed.is_empty
        await names.handle([delivered(one("product.updated.v1"))])
        await epochs.until(tries=1)
    assert epochs.dropped == [{TRENDING}]
