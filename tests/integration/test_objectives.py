"""What objectives are counted from is there once an order was placed: the very series, labels and bounds included."""

import asyncio

import aiohttp

from tests.integration.shop import Shop, ended
from tests.support.stack import Stack

WITHIN = 30.0
"""Seconds until an order's mail is sent and its events have had their effect."""

AT_GATEWAY = ('caravan_gateway_requests_total{operation="placeOrder",outcome="ok"}',)
AT_SERVICES = (
    'caravan_notifications_waited_seconds_bucket{lane="CRITICAL",le="10.0"}',
    'caravan_notifications_waited_seconds_count{lane="CRITICAL"}',
    'caravan_cache_drop_seconds_bucket{consumer="live-stock",le="5.0"}',
    'caravan_cache_drop_seconds_count{consumer="live-stock"}',
)


async def until_told(address: str, series: tuple[str, ...]) -> None:
    """Returns once the process tells all of these series."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{address}/metrics") as answer:
                page = await answer.text()
            if all(f"\n{name} " in page for name in series):
                return
            await asyncio.sleep(0.1)


async def test_an_order_is_counted_by_every_objective(shop: Shop, stack: Stack) -> None:
    [sku] = await shop.products(1, stock=3)
    buyer = await shop.customer()
    await ended(buyer, await buyer.place(shop.wish({sku: 1})))
    at = stack.addresses()
    async with asyncio.timeout(WITHIN):
        await until_told(at.gateway, AT_GATEWAY)
        await until_told(at.services, AT_SERVICES)
