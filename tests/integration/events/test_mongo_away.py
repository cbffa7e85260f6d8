"""MongoDB is away for a while as events come: they wait, none is given up, all have their effect when it is back."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence

import pytest

from cli.dlq.choices import wanted_of
from services.infra.kafka.publisher import Publisher
from services.infra.outbox.rows import Outbox
from services.infra.settings import KafkaSettings
from services.inventory.models import AdjustStock
from services.inventory.service import InventoryService
from services.inventory.store import MongoStockStore
from services.shared.actors import Actor, Role
from services.shared.clock import SystemClock
from services.shared.events import Event, Origin
from services.shared.ids import SortableIds
from tests.integration.crashes import kill, standing_still
from tests.integration.events.effects import Books
from tests.integration.parking import letters_of
from tests.integration.shop import Shop
from tests.support.stack import Stack

AWAY = 20.0
PRODUCTS, EACH = 12, 5
OPS = Actor(user_id="a test", roles=frozenset({Role.OPS}))


async def committed(books: Books, skus: Sequence[str]) -> list[Event]:
    """So many changes of each SKU's stock, and what they tell; nobody has published it yet."""
    outbox, ids, had = Outbox(books.inventory), SortableIds(), await books.receipts()
    face = InventoryService(MongoStockStore(books.inventory, outbox), SystemClock(), ids)
    for _ in range(EACH):
        changes = [AdjustStock(adjustment_id=ids.new(), sku=sku, delta=1, reason="a delivery") for sku in skus]
        await asyncio.gather(*(face.adjust_stock(change, OPS, Origin()) for change in changes))
    async with outbox.waiting(PRODUCTS * EACH) as batches:
        waiting = [row.event async for rows in batches for row in rows if row.event is not None]
    # Others may be published already, and only not marked yet.
    return [event for event in waiting if event.id not in had]


async def published(kafka: KafkaSettings, events: Sequence[Event]) -> None:
    """All the time until the database is back; as by a relay that never gets to mark them."""
    publisher, start = Publisher(kafka), time.monotonic()
    try:
        for number, event in enumerate(events, start=1):
            assert not await publisher.publish([event], "inventory")
            await asyncio.sleep(start + number * AWAY / len(events) - time.monotonic())
    finally:
        await publisher.close()


async def hangs(stack: Stack, gone_on: "asyncio.Task[None]") -> None:
    """Answers nobody meanwhile."""
    with standing_still(stack, "mongo"):
        await gone_on


async def dies_again_and_again(stack: Stack, gone_on: "asyncio.Task[None]") -> None:
    """Each time it is back."""
    while not gone_on.done():
        await kill(stack, "mongo")
    await gone_on


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("goes", [hangs, dies_again_and_again])
async def test_events_wait_for_the_database(
    goes: Callable[[Stack, "asyncio.Task[None]"], Coroutine[None, None, None]],
    fragile: Stack,
    fragile_shop: Shop,
    fragile_books: Books,
) -> None:
    at = fragile.addresses()
    skus = await fragile_shop.products(PRODUCTS, stock=5)
    await fragile_books.are_complete()
    # What is committed now waits for whoever publishes it: here, not the stack's own relay.
    with standing_still(fragile, "services"):
        events = await committed(fragile_books, skus)
    assert len(events) == PRODUCTS * EACH

    await goes(fragile, asyncio.create_task(published(KafkaSettings(bootstrap=at.kafka), events)))

    await fragile_books.are_complete()
    notes = await fragile_books.notes()
    assert {sku: notes[sku] for sku in skus} == dict.fromkeys(skus, (5 + EACH, 1 + EACH))
    async with letters_of(at) as letters:
        assert [each async for each in letters.letters(wanted_of(["status=all"]))] == []
