"""Live updates on a whole system: what happens in one process is seen at a socket of another, soon and for certain."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from tests.integration.gateways import Gateway, another_gateway
from tests.integration.shop import Shop
from tests.live.subscriber import ORDER, STOCK, subscribed
from tests.support.stack import Stack

WITHIN = 1.0
"""Seconds from a change's answer to its state at the socket, as promised."""


@pytest.fixture
async def other(stack: Stack) -> AsyncIterator[Gateway]:
    """A second gateway: what is changed through the first one is seen here."""
    async with another_gateway(stack.addresses()) as gateway:
        await gateway.hears()
        yield gateway


async def test_an_order_is_followed_from_another_gateway_to_its_end(shop: Shop, other: Gateway) -> None:
    [sku] = await shop.products(1, stock=5)
    buyer = await shop.customer()
    answer = await buyer.place(shop.wish({sku: 2}))
    assert answer.order is not None
    async with subscribed(other.url, buyer.token, ORDER, id=answer.order.id) as socket:
        confirmed = await socket.until(status="CONFIRMED", payment={"status": "CAPTURED"})
        assert confirmed["id"] == answer.order.id
        await shop.ops.ship(answer.order.id)
        assert (await socket.state(WITHIN))["status"] == "SHIPPED"
        await shop.ops.deliver(answer.order.id)
        assert (await socket.state(WITHIN))["status"] == "DELIVERED"
        assert await socket.hear() == {"id": "1", "type": "complete"}


async def test_stock_is_seen_to_change_in_time_each_time(shop: Shop, other: Gateway) -> None:
    [sku] = await shop.products(1, stock=10)
    async with subscribed(other.url, None, STOCK, skus=[sku]) as socket:
        assert await socket.state() == {"sku": sku, "available": 10}
        slowest = 0.0
        for available in range(11, 16):
            await shop.ops.adjust_stock(sku, 1, "found behind the shelf")
            answered = time.perf_counter()
            await socket.until(available=available)
            slowest = max(slowest, time.perf_counter() - answered)
        assert slowest < WITHIN


async def test_a_change_that_nobody_told_of_is_seen_all_the_same(shop: Shop, other: Gateway, stack: Stack) -> None:
    """All who listen are cut off again and again while it happens: notices are lost, reads are not."""
    [sku] = await shop.products(1, stock=10)
    cutting = asyncio.Event()

    async def cut_off() -> None:
        async with redis.asyncio.Redis.from_url(stack.addresses().redis) as client:
            while not cutting.is_set():
                await client.client_kill_filter(_type="pubsub")
                await asyncio.sleep(0.02)

    async with subscribed(other.url, None, STOCK, skus=[sku]) as socket:
        await socket.state()
        knife = asyncio.create_task(cut_off())
        await shop.ops.adjust_stock(sku, 1, "found behind the shelf")
        await socket.until(available=11)
        cutting.set()
        await knife
        await other.hears()


async def test_a_gateway_that_ends_tells_its_sockets_to_connect_elsewhere(shop: Shop, stack: Stack) -> None:
    [sku] = await shop.products(1, stock=10)
    async with another_gateway(stack.addresses()) as gateway:
        async with subscribed(gateway.url, None, STOCK, skus=[sku]) as socket:
            await socket.state()
            gateway.process.send_signal(signal.SIGTERM)
            assert (await socket.closed())[0] == 1012
        assert await asyncio.wait_for(gateway.process.wait(), 15) == 0
