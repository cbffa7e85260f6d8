"""Kafka hangs, or Redis dies, while people read: what they are shown is never older than its age allows, and soon new.

Stock is changed through a gateway that keeps no answers, so that nobody but the events tells the other one of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest

from cli.graphql_client import GraphqlClient
from cli.shop_client import ShopClient
from services.infra.settings import Settings
from tests.integration.cache.visitor import Visitor
from tests.integration.crashes import kill, standing_still
from tests.integration.gateways import another_gateway
from tests.integration.shop import Shop
from tests.support.stack import Stack

STOCK = "query ($sku: String!) { product(sku: $sku) { stock { available } } }"
AGE, WHILE_REFRESHED = 10.0, 5.0
OLDEST = AGE + WHILE_REFRESHED + 1.0
"""Seconds that an answer which shows stock may lag, whatever becomes of the events; one of them for this machine."""

SOON = 4.0
READERS = 6
PAUSE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The shop, changed at one gateway and read at another."""

    ops: ShopClient
    visitor: Visitor


@pytest.fixture
async def place(fragile: Stack) -> AsyncIterator[Place]:
    addresses, accounts = fragile.addresses(), Settings().accounts
    async with (
        another_gateway(addresses, CARAVAN_CACHE__ENABLED="false") as changing,
        another_gateway(addresses, CARAVAN_CACHE__ENABLED="true") as keeping,
        aiohttp.ClientSession() as http,
    ):
        anybody = ShopClient(GraphqlClient(http, f"{changing.url}/graphql"))
        ops = await anybody.login(accounts.ops_email, accounts.ops_password.get_secret_value())
        yield Place(ops=ops, visitor=Visitor(http, keeping.url))


@pytest.mark.heavy
@pytest.mark.timeout(300)
async def test_while_kafka_hangs_the_age_of_answers_is_the_bound(
    fragile: Stack, fragile_shop: Shop, place: Place
) -> None:
    [sku] = await fragile_shop.products(1, stock=5)
    await place.visitor.until_kept(STOCK, sku=sku)
    with standing_still(fragile, "kafka"):
        await place.ops.adjust_stock(sku, 1, "found behind the shelf")
        assert (await place.visitor.ask(STOCK, sku=sku)).is_kept, "nobody has told"
        await place.visitor.until(lambda data: data["product"]["stock"]["available"] == 6, OLDEST, STOCK, sku=sku)
    await place.ops.adjust_stock(sku, 1, "found behind the shelf")
    # Its events wait behind those of the time in which Kafka hung, and the groups meet again first.
    await place.visitor.until(lambda data: data["product"]["stock"]["available"] == 7, OLDEST, STOCK, sku=sku)


@dataclass(slots=True, kw_only=True)
class Story:
    """What was true from when on, and the greatest lag of what somebody was shown."""

    since: dict[int, float] = field(default_factory=dict)
    lag: float = 0.0
    reads: int = 0

    def note(self, available: int, asked: float) -> None:
        """What was shown to who asked at that moment."""
        self.reads += 1
        if (replaced := self.since.get(available + 1)) is not None:
            self.lag = max(self.lag, asked - replaced)


@pytest.mark.heavy
@pytest.mark.timeout(300)
async def test_redis_dies_and_comes_back_while_all_read_and_nobody_is_left_with_what_was(
    fragile: Stack, fragile_shop: Shop, place: Place
) -> None:
    [sku] = await fragile_shop.products(1, stock=1)
    story, over = Story(), asyncio.Event()

    async def read() -> None:
        while not over.is_set():
            asked = time.monotonic()
            shown = await place.visitor.ask(STOCK, sku=sku)
            story.note(shown.data["product"]["stock"]["available"], asked)
            await asyncio.sleep(PAUSE)

    async def change(numbers: range) -> None:
        for available in numbers:
            await place.ops.adjust_stock(sku, 1, "found behind the shelf")
            story.since[available] = time.monotonic()
            await asyncio.sleep(PAUSE)

    reading = [asyncio.create_task(read()) for _ in range(READERS)]
    await change(range(2, 20))
    calm, story.lag = story.lag, 0.0
    await asyncio.gather(kill(fragile, "redis"), change(range(20, 60)))
    await place.visitor.until(lambda data: data["product"]["stock"]["available"] == 59, OLDEST, STOCK, sku=sku)
    over.set()
    await asyncio.gather(*reading)
    assert story.reads > READERS
    assert calm < SOON
    assert story.lag < OLDEST
    await place.visitor.until_kept(STOCK, sku=sku)
    await place.ops.adjust_stock(sku, 1, "found behind the shelf")
    await place.visitor.until(lambda data: data["product"]["stock"]["available"] == 60, OLDEST, STOCK, sku=sku)
