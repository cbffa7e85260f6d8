"""Kafka dies, or hangs, while orders go on: no order notices, every event arrives in the end, each has one effect."""

import asyncio
import time
from collections import Counter

import pytest

from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import OrderView
from tests.integration.crashes import Progress, kill, standing_still
from tests.integration.events.effects import Books
from tests.integration.processes import Served
from tests.integration.shop import PATIENCE, Shop, ended, state_of
from tests.support.stack import Stack

SKUS = 5
AT_ONCE = 8
FEW, MANY = 30, 200
AWAY = 40.0
"""Seconds: the relay has given several producers up by then, and its pauses are the longest."""


class Buying:
    """One customer who orders again and again, some orders at a time."""

    def __init__(self, shop: Shop, buyer: ShopClient, skus: list[str]) -> None:
        self._shop = shop
        self._buyer = buyer
        self._skus = skus
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.progress = Progress()

    async def orders(self, count: int) -> Counter[str]:
        """How they ended."""
        ends = await asyncio.gather(*(self._order(number) for number in range(count)))
        return Counter(state_of(order) for order in ends)

    async def _order(self, number: int) -> OrderView:
        async with self._slots:
            wish = self._shop.wish({self._skus[number % SKUS]: 1})
            order = await ended(self._buyer, await self._buyer.place(wish))
            await self.progress.step()
            return order


async def buying_at(shop: Shop) -> Buying:
    return Buying(shop, await shop.customer(), await shop.products(SKUS, stock=1000))


async def waiting(at: Addresses) -> float:
    """Events that the relays know of and cannot publish."""
    return await Served(at.services).metric("caravan_outbox_waiting")


async def assert_orders_outlive_kafka(stack: Stack, shop: Shop, books: Books, count: int) -> None:
    buying = await buying_at(shop)
    ordering = asyncio.create_task(buying.orders(count))
    await buying.progress.reached(count // 3)
    await kill(stack, "kafka")
    assert await ordering == {"CONFIRMED": count}
    await books.are_complete()


@pytest.mark.heavy
@pytest.mark.timeout(300)
async def test_kafka_killed_in_the_middle_of_orders_costs_no_event(stack: Stack, shop: Shop, books: Books) -> None:
    await assert_orders_outlive_kafka(stack, shop, books, FEW)


@pytest.mark.heavy
@pytest.mark.timeout(400)
async def test_kafka_killed_in_the_middle_of_200_orders_costs_no_event(
    fragile: Stack, fragile_shop: Shop, fragile_books: Books
) -> None:
    await assert_orders_outlive_kafka(fragile, fragile_shop, fragile_books, MANY)


@pytest.mark.heavy
@pytest.mark.timeout(400)
async def test_orders_go_on_while_kafka_hangs_and_their_events_follow(
    fragile: Stack, fragile_shop: Shop, fragile_books: Books
) -> None:
    buying, outcome = await buying_at(fragile_shop), Counter[str]()
    await fragile_books.are_complete()
    with standing_still(fragile, "kafka"):
        until = time.monotonic() + AWAY
        while time.monotonic() < until:
            outcome += await buying.orders(AT_ONCE)
        assert outcome.keys() == {"CONFIRMED"}
        # An order tells of itself, its stock and its payment, eight times in all.
        assert await waiting(fragile.addresses()) > outcome.total()
        assert await fragile_books.lacking()
    await fragile_books.are_complete()
    async with asyncio.timeout(PATIENCE):
        while await waiting(fragile.addresses()):  # noqa: ASYNC110 (a condition of another process)
            await asyncio.sleep(0.2)
