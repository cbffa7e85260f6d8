"""How late critical mails are: from the event of an order until the mail server has answered, beside a campaign."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiokafka import AIOKafkaConsumer

from bench.notifications.field import Field, until
from bench.shop_load import stock_shop
from bench.timings import Spread, spread_of
from cli.kafka_records import text_headers
from cli.shop_client import ShopClient
from cli.shop_views import OrderAnswer, OrderWish
from services.notifications.models import Channel, Source, SourceKind, message_id_of
from services.shared.ids import SortableIds

DOMAIN: Final = "first.example"
CUSTOMERS: Final = 10
MAILS_OF_ONE: Final = 3
TOLD: Final = frozenset({"order.confirmed.v1", "order.shipped.v1", "order.delivered.v1"})
EVERY: Final = 1.5
"""Seconds between two orders, of which each is confirmed, shipped and delivered: two critical mails a second."""

GIVE_UP: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """`queued` standard messages waited when the first of the critical ones was told of, `left` after the last."""

    queued: int
    left: int
    mails: int
    event_to_answer: Spread


@dataclass(slots=True)
class Orders:
    """The events of orders that are told by mail, as Kafka has them: their moments, by the message's id."""

    told: dict[str, float] = field(default_factory=dict)
    confirmed: dict[str, asyncio.Event] = field(default_factory=dict)

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        """Until cancelled."""
        async for record in consumer:
            headers = text_headers(record)
            if headers["ce_type"] not in TOLD:
                continue
            customer = json.loads(record.value)["customerId"]
            source = Source(kind=SourceKind.EVENT, id=headers["ce_id"])
            moment = datetime.fromisoformat(headers["ce_time"]).timestamp()
            self.told[message_id_of(source, customer, Channel.EMAIL)] = moment
            self.is_confirmed(record.key.decode()).set()

    def is_confirmed(self, order_id: str) -> asyncio.Event:
        """Set once it is."""
        return self.confirmed.setdefault(order_id, asyncio.Event())


@asynccontextmanager
async def listening(kafka: str) -> AsyncIterator[Orders]:
    """Hears of orders, until left."""
    orders = Orders()
    consumer = AIOKafkaConsumer("caravan.orders", bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    task = asyncio.create_task(orders.listen(consumer))
    try:
        yield orders
    finally:
        task.cancel()
        await asyncio.wait([task])
        await consumer.stop()


async def shoppers_of(place: Field) -> list[ShopClient]:
    """A stocked shop, and customers whose mails the server tells of."""
    await stock_shop(place.shop)
    return [
        await place.visitor.register(f"critical-{number}@{DOMAIN}", "correct horse battery", f"Customer {number}")
        for number in range(CUSTOMERS)
    ]


Bring = Callable[[str], Awaitable[OrderAnswer]]


class Crowd:
    """Orders at a steady rate, each through its whole life."""

    def __init__(self, place: Field, shoppers: list[ShopClient], orders: Orders, answered: dict[str, float]) -> None:
        self._place = place
        self._shoppers = shoppers
        self._orders = orders
        self._answered = answered
        self._ids = SortableIds()

    async def lateness(self, count: int) -> list[float]:
        """Of the mails of so many orders, in seconds. Raises TimeoutError when one of them does not come."""
        before = set(self._orders.told)
        started = time.perf_counter()
        lives = []
        for number in range(count):
            await asyncio.sleep(max(0.0, started + number * EVERY - time.perf_counter()))
            lives.append(asyncio.create_task(self._live(number)))
        await asyncio.gather(*lives)
        async with asyncio.timeout(GIVE_UP):
            await until(lambda: self._all_came(before, count * MAILS_OF_ONE))
        mine = self._orders.told.keys() - before
        return [self._answered[each] - self._orders.told[each] for each in mine]

    async def _all_came(self, before: set[str], count: int) -> bool:
        mine = self._orders.told.keys() - before
        return len(mine) >= count and mine <= self._answered.keys()

    async def _live(self, number: int) -> None:
        wish = OrderWish(lines={f"BENCH-{number % 50}": 1}, key=self._ids.new())
        order = (await self._shoppers[number % CUSTOMERS].place(wish)).accepted()
        await self._orders.is_confirmed(order.id).wait()
        await until(lambda: self._is(order.id, "SHIPPED", self._place.shop.ship))
        await until(lambda: self._is(order.id, "DELIVERED", self._place.shop.deliver))

    async def _is(self, order_id: str, status: str, bring: Bring) -> bool:
        """Whether the order is so after it was asked for: a refusal may say not yet, or that it was done before."""
        await bring(order_id)
        return (await self._place.shop.order(order_id)).status == status


async def critical_lateness(place: Field, answered: dict[str, float], orders: int, queued: int) -> list[Lateness]:
    """With nothing else under way, then while a campaign to so many people is sent, which is called off in the end."""
    shoppers = await shoppers_of(place)
    await place.settle_in(queued)
    async with listening(place.addresses.kafka) as heard:
        crowd = Crowd(place, shoppers, heard, answered)
        await crowd.lateness(max(5, orders // 10))
        alone = await crowd.lateness(orders)
        campaign_id = await place.create_campaign()
        await until(lambda: place.is_taken(campaign_id))
        campaign = await place.campaign(campaign_id)
        waiting = campaign.recipients - campaign.ended
        beside = await crowd.lateness(orders)
        campaign = await place.campaign(campaign_id)
        await place.cancel_campaign(campaign_id)
    left = campaign.recipients - campaign.ended
    return [_lateness(0, 0, alone), _lateness(waiting, left, beside)]


def _lateness(queued: int, left: int, seconds: list[float]) -> Lateness:
    return Lateness(queued=queued, left=left, mails=len(seconds), event_to_answer=spread_of(seconds))
