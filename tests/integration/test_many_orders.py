"""Many orders at once: nothing is oversold, nothing waits for ever, a killed process loses nothing."""

import asyncio
import random
import time
from collections import Counter

import pytest

from cli.shop_client import ShopClient
from cli.shop_views import OrderView, OrderWish
from tests.integration.crashes import Progress, kill_services_at
from tests.integration.shop import Shop, ended, ends
from tests.support.stack import Stack

BUYERS = 500
SMALL_FLOOD = 100
UNITS = 10
FLOOD_SECONDS = 120.0
CRASHES_AT = (25, 250)

ORDERS = 100
SKUS = 20
LINES = 3
STOCK = 500
SEED = 20260101


async def bought(buyer: ShopClient, wish: OrderWish, progress: Progress) -> OrderView:
    answer = await buyer.place(wish)
    await progress.step()
    return await ended(buyer, answer)


def sold_out(buyers: int) -> "Counter[str]":
    """Each unit is sold once, and everybody else is told so."""
    return Counter({"CONFIRMED": UNITS, "REJECTED OUT_OF_STOCK": buyers - UNITS})


@pytest.mark.timeout(400)
@pytest.mark.parametrize("count", [SMALL_FLOOD, pytest.param(BUYERS, marks=pytest.mark.heavy)])
async def test_many_buyers_of_10_units(shop: Shop, count: int) -> None:
    (sku,) = await shop.products(1, stock=UNITS)
    buyers, progress = await shop.customers(count), Progress()
    started = time.monotonic()

    outcome = await ends(bought(buyer, shop.wish({sku: 1}), progress) for buyer in buyers)

    assert outcome == sold_out(count)
    assert time.monotonic() - started < FLOOD_SECONDS
    assert await shop.ops.available(sku) == 0


@pytest.mark.timeout(400)
@pytest.mark.heavy
async def test_500_buyers_of_10_units_and_two_crashes(shop: Shop, stack: Stack) -> None:
    (sku,) = await shop.products(1, stock=UNITS)
    buyers, progress = await shop.customers(BUYERS), Progress()
    started = time.monotonic()
    crashes = asyncio.create_task(kill_services_at(stack, progress, *CRASHES_AT))

    outcome = await ends(bought(buyer, shop.wish({sku: 1}), progress) for buyer in buyers)

    assert time.monotonic() - started < FLOOD_SECONDS
    assert await crashes == len(CRASHES_AT)
    assert outcome == sold_out(BUYERS)
    assert await shop.ops.available(sku) == 0


@pytest.mark.timeout(300)
async def test_100_orders_over_the_same_goods_in_any_order_do_not_lock_each_other_out(shop: Shop) -> None:
    skus = await shop.products(SKUS, stock=STOCK)
    buyer, progress = await shop.customer(), Progress()
    chance = random.Random(SEED)  # noqa: S311 (the same baskets each time, no secret)
    baskets = [{sku: chance.randint(1, 3) for sku in chance.sample(skus, LINES)} for _ in range(ORDERS)]

    outcome = await ends(bought(buyer, shop.wish(basket), progress) for basket in baskets)

    assert outcome == Counter({"CONFIRMED": ORDERS})
    taken = sum((Counter(basket) for basket in baskets), Counter[str]())
    assert {sku: await shop.ops.available(sku) for sku in skus} == {sku: STOCK - taken[sku] for sku in skus}
