"""Drives Caravan as shoppers do: orders through GraphQL, and their confirmation as Kafka tells it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp
from aiokafka import AIOKafkaConsumer

from bench.timings import Stopwatch
from cli.graphql_client import GraphqlClient
from cli.kafka_records import text_headers
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import OrderWish, ProductWish
from services.shared.ids import SortableIds

PRODUCTS = 50
PLENTY = 1_000_000
CUSTOMERS = 20


class ShopLoad:
    """Places orders of one to three lines; `place_one` is what a crowd calls."""

    def __init__(self, shoppers: list[ShopClient], confirmed: dict[str, "asyncio.Future[float]"]) -> None:
        self._shoppers = shoppers
        self._confirmed = confirmed
        self._ids = SortableIds()
        self._choice = random.Random(20)  # noqa: S311 (a fixed basket, no secret)

    async def place_one(self) -> "asyncio.Future[Stopwatch]":
        lines = {_sku(number): 1 for number in self._choice.sample(range(PRODUCTS), self._choice.randint(1, 3))}
        shopper = self._choice.choice(self._shoppers)
        started = time.time()
        order = (await shopper.place(OrderWish(lines=lines, key=self._ids.new()))).accepted()
        return asyncio.ensure_future(self._finished(order.id, started, time.time()))

    async def _finished(self, order_id: str, started: float, answered: float) -> Stopwatch:
        confirmed = await _moment(self._confirmed, order_id)
        return Stopwatch(started=started, answered=answered, finished=confirmed)


@asynccontextmanager
async def shop_load(addresses: Addresses, ops_password: str) -> AsyncIterator[ShopLoad]:
    """A stocked shop with customers, and an ear at the orders' topic, until left."""
    async with aiohttp.ClientSession() as http:
        anonymous = ShopClient(GraphqlClient(http, addresses.graphql))
        await stock_shop(await anonymous.login("ops@caravan.example", ops_password))
        shoppers = [
            await anonymous.register(f"bench-{number}@shop.example", "correct horse battery", f"Bench {number}")
            for number in range(CUSTOMERS)
        ]
        confirmed: dict[str, asyncio.Future[float]] = {}
        consumer = AIOKafkaConsumer("caravan.orders", bootstrap_servers=addresses.kafka, auto_offset_reset="earliest")
        await consumer.start()
        listening = asyncio.create_task(_listen(consumer, confirmed))
        try:
            yield ShopLoad(shoppers, confirmed)
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            await consumer.stop()


def _sku(number: int) -> str:
    return f"BENCH-{number}"


async def stock_shop(ops: ShopClient) -> None:
    """Puts all products on sale."""
    for number in range(PRODUCTS):
        await ops.create_product(
            ProductWish(
                sku=_sku(number),
                name=f"Bench product {number}",
                description="",
                category="Bench",
                price="9.99",
                stock=PLENTY,
            )
        )


def _moment(confirmed: dict[str, "asyncio.Future[float]"], order_id: str) -> "asyncio.Future[float]":
    return confirmed.setdefault(order_id, asyncio.get_running_loop().create_future())


async def _listen(consumer: AIOKafkaConsumer, confirmed: dict[str, "asyncio.Future[float]"]) -> None:
    async for record in consumer:
        headers = text_headers(record)
        moment = _moment(confirmed, record.key.decode())
        if headers["ce_type"] == "order.confirmed.v1" and not moment.done():
            moment.set_result(datetime.fromisoformat(headers["ce_time"]).timestamp())
