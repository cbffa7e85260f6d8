"""Who reads slowly gets the latest state and not all that was in between, costs no memory, and harms nobody."""

import asyncio
import socket
from urllib.parse import urlsplit

from tests.live.house import House, opened, quick
from tests.live.subscriber import STOCK, Subscriber, connected, subscribed
from tests.live.test_watching import metric, metrics_of

SKUS = [f"slow-{number}" for number in range(100)]
ROUNDS = 12
SMALL = 4096


def small_socket(house: House) -> socket.socket:
    """A connection that takes little before its reader does."""
    where = urlsplit(house.url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    connection.connect((where.hostname, where.port))
    connection.settimeout(0)
    return connection


async def sell_all(house: House) -> None:
    for sku in SKUS:
        await house.sell(sku)


async def read_until_latest(reader: Subscriber, available: int) -> int:
    """How many states came until each thing was shown at its latest."""
    count, latest = 0, dict.fromkeys(SKUS, 101)
    while any(known != available for known in latest.values()):
        state = await reader.state()
        assert latest[state["sku"]] > state["available"], "an older state after a newer one"
        latest[state["sku"]] = state["available"]
        count += 1
    return count


async def test_a_slow_reader_gets_the_latest_of_each_and_not_all() -> None:
    async with opened(quick(look_every_alone=0.05)) as house:
        await house.world.shop.stock_up(*SKUS)
        async with (
            connected(house.url, sock=small_socket(house), max_queue=1) as slow,
            subscribed(house.url, None, STOCK, skus=SKUS) as quick_one,
        ):
            await slow.begin()
            await slow.subscribe(STOCK, "1", skus=SKUS)
            await read_until_latest(quick_one, 100)
            for number in range(ROUNDS):
                await sell_all(house)
                await read_until_latest(quick_one, 99 - number)
            taken = await read_until_latest(slow, 100 - ROUNDS)
            assert taken < len(SKUS) * ROUNDS
            assert metric("caravan_live_replaced_total", await metrics_of(house)) > len(SKUS)


async def test_who_reads_nothing_for_long_is_let_go() -> None:
    async with opened(quick(look_every_alone=0.05, send_within=0.3)) as house:
        await house.world.shop.stock_up(*SKUS)
        async with connected(house.url, sock=small_socket(house), max_queue=1, close_timeout=0.1) as stuck:
            await stuck.begin()
            await stuck.subscribe(STOCK, "1", skus=SKUS)
            async with asyncio.timeout(20):
                while metric("caravan_live_sockets", await metrics_of(house)):
                    await sell_all(house)
