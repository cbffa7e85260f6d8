"""Five hundred sockets on one gateway: each sees every thing's latest state, and their memory is bounded."""

import asyncio
from contextlib import AsyncExitStack

import psutil
import pytest

from tests.integration.gateways import another_gateway
from tests.integration.shop import Shop
from tests.live.subscriber import STOCK, Subscriber, subscribed
from tests.support.stack import Stack

SOCKETS = 500
AT_ONCE = 50
ROUNDS = 4
MOST_GROWTH = 100 * 1024 * 1024
"""Bytes: 200 KB a socket, all that belongs to it included."""


async def sees(socket: Subscriber, available: int, skus: set[str]) -> None:
    """Returns once the socket was shown each of them so, none of them ever going backwards."""
    left, before = set(skus), dict.fromkeys(skus, 0)
    while left:
        state = await socket.state(60)
        assert state["available"] >= before[state["sku"]]
        before[state["sku"]] = state["available"]
        if state["available"] == available:
            left.discard(state["sku"])


@pytest.mark.heavy
@pytest.mark.timeout(300)
async def test_five_hundred_sockets_lose_nothing(shop: Shop, stack: Stack) -> None:
    skus = set(await shop.products(3, stock=10))
    async with another_gateway(stack.addresses()) as gateway, AsyncExitStack() as all_of_them:
        await gateway.hears()
        process = psutil.Process(gateway.process.pid)
        before = process.memory_info().rss
        door = asyncio.Semaphore(AT_ONCE)

        async def one() -> Subscriber:
            async with door:
                return await all_of_them.enter_async_context(subscribed(gateway.url, None, STOCK, skus=sorted(skus)))

        sockets = await asyncio.gather(*(one() for _ in range(SOCKETS)))
        await asyncio.gather(*(sees(socket, 10, skus) for socket in sockets))
        assert await gateway.metric("caravan_live_sockets") == SOCKETS
        for available in range(11, 11 + ROUNDS):
            for sku in skus:
                await shop.ops.adjust_stock(sku, 1, "found behind the shelf")
            async with asyncio.timeout(30):
                await asyncio.gather(*(sees(socket, available, skus) for socket in sockets))
        assert process.memory_info().rss - before < MOST_GROWTH
        assert await gateway.metric("caravan_live_sockets") == SOCKETS
