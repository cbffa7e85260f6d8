"""Two processes of one service: one joins and leaves while events come; nothing is lost, nothing has two effects."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from cli.ready import Addresses
from tests.integration.events.effects import CONSUMER, Books
from tests.integration.processes import STOPS_WITHIN, Served, begun, ended_in_the_end
from tests.integration.shop import PATIENCE, Shop
from tests.support.mongo import free_port
from tests.support.stack import Stack

PRODUCTS = 24
ROUNDS_EACH = 5
"""While there is one process, while there are two, and while there is one again."""


@dataclass(frozen=True, slots=True)
class Services(Served):
    """Where it is, and what it is."""

    process: Process

    async def handled(self) -> float:
        """How many events of stock it has noted."""
        return await self.metric("caravan_consumer_handled_total", f'"{CONSUMER}"')


@asynccontextmanager
async def another_process_of(service: str, at: Addresses) -> AsyncIterator[Services]:
    """Ready, and gone in the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = await begun(at, "workers", service, CARAVAN_SERVICES__PORT=str(port))
    async with ended_in_the_end(process, url):
        yield Services(url, process)


class Deliveries:
    """Goods that come all the time, one more of each product a round."""

    def __init__(self, shop: Shop, skus: list[str]) -> None:
        self._shop = shop
        self._skus = skus
        self.rounds = 0

    async def come(self, rounds: int) -> None:
        """So many rounds."""
        for _ in range(rounds):
            await asyncio.gather(*(self._shop.ops.adjust_stock(sku, 1, "a delivery") for sku in self._skus))
            self.rounds += 1

    async def come_until(self, enough: "asyncio.Task[object]") -> None:
        """Round after round, until that is done."""
        while not enough.done():
            await self.come(1)
        await enough


@pytest.mark.heavy
@pytest.mark.timeout(240)
async def test_a_process_that_joins_and_leaves_under_load_loses_nothing_and_does_nothing_twice(
    stack: Stack, shop: Shop, books: Books
) -> None:
    skus = await shop.products(PRODUCTS, stock=5)
    deliveries = Deliveries(shop, skus)

    async def works(second: Services) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await second.handled():  # noqa: ASYNC110 (a condition of another process)
                await asyncio.sleep(0.1)

    async with another_process_of("catalog", stack.addresses()) as second:
        await deliveries.come_until(asyncio.create_task(works(second)))
        await deliveries.come(ROUNDS_EACH)
        second.process.terminate()
        leaving = asyncio.create_task(asyncio.wait_for(second.process.wait(), STOPS_WITHIN))
        await deliveries.come_until(leaving)
        assert leaving.result() == 0
    await deliveries.come(ROUNDS_EACH)

    await books.are_complete()
    notes = await books.notes()
    assert {sku: notes[sku] for sku in skus} == dict.fromkeys(skus, (5 + deliveries.rounds, 1 + deliveries.rounds))
