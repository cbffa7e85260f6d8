"""A process dies between two things that cannot happen as one: each time another process goes on, and nothing shows."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cli.ready import Addresses
from tests.integration.crashes import standing_still
from tests.integration.events.effects import CONSUMER, TOPIC, Books
from tests.integration.events.log import event_id, records_on
from tests.integration.processes import Served, begun
from tests.integration.shop import Shop
from tests.support.stack import Stack

WITHIN = 60.0
PRODUCTS = 12
"""Enough for any half of the topic's partitions to have some of them."""


@asynccontextmanager
async def doomed(at: Addresses, *arguments: str) -> AsyncIterator[Process]:
    """A process that kills itself in time."""
    process = await begun(at, "tests.integration.events.doomed", *arguments)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def died(process: Process) -> None:
    """Returns when it has killed itself."""
    assert await asyncio.wait_for(process.wait(), WITHIN) == -signal.SIGKILL


async def published(at: Addresses, sku: str) -> list[str]:
    """The ids of the SKU's events, as they stand on the topic now."""
    return [event_id(record) for record in await records_on(at, [TOPIC]) if record.key == sku.encode()]


@pytest.mark.timeout(240)
async def test_a_relay_that_dies_before_or_after_it_sends_leaves_the_event_to_the_next_one(
    stack: Stack, shop: Shop, books: Books
) -> None:
    at = stack.addresses()
    (sku,) = await shop.products(1, stock=5)
    await books.are_complete()
    outbox = books.inventory.collection("outbox")
    unsent = {"subject": sku, "sent": False}

    async def all_marked() -> None:
        async with asyncio.timeout(WITHIN):
            while await outbox.count_documents(unsent):  # noqa: ASYNC110 (a condition of another process)
                await asyncio.sleep(0.2)

    await all_marked()
    # Whoever publishes here must not be the stack's own.
    with standing_still(stack, "services"):
        async with doomed(at, "before-send", sku) as process:
            await died(process)
        (waiting,) = await outbox.distinct("_id", unsent)
        assert waiting not in await published(at, sku)

        async with doomed(at, "after-send") as process:
            await died(process)
        assert await outbox.distinct("_id", unsent) == [waiting]
        assert (await published(at, sku)).count(waiting) == 1

    await all_marked()
    assert (await published(at, sku)).count(waiting) == 2
    await books.are_complete()
    assert (await books.receipts())[waiting] == "applied"
    assert (await books.notes())[sku] == (6, 2)


@pytest.mark.timeout(240)
async def test_a_consumer_that_dies_before_it_commits_its_place_has_its_effects_once(
    stack: Stack, shop: Shop, books: Books
) -> None:
    at = stack.addresses()
    skus = await shop.products(PRODUCTS, stock=5)
    await books.are_complete()
    ours = Served(at.services)
    before = await ours.metric("caravan_consumer_duplicates_total", f'"{CONSUMER}"')

    async with doomed(at, "after-effect") as process:
        dying, rounds = asyncio.create_task(died(process)), 0
        while not dying.done():
            rounds += 1
            await asyncio.gather(*(shop.ops.adjust_stock(sku, 1, "found behind the shelf") for sku in skus))
        await dying

    await books.are_complete()
    notes = await books.notes()
    assert {sku: notes[sku] for sku in skus} == dict.fromkeys(skus, (5 + rounds, 1 + rounds))
    assert await ours.metric("caravan_consumer_duplicates_total", f'"{CONSUMER}"') > before
