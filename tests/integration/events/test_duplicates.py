"""Every record of every event topic comes a second time: nothing happens a second time."""

import asyncio
from typing import Any

from cli.ready import Addresses
from services.infra.settings import CONTEXTS
from services.shared.events import EVENT_TOPICS
from tests.integration.events.effects import CONSUMER, TOPIC, Books
from tests.integration.events.log import Record, event_id, producer_to, records_on
from tests.integration.processes import Served
from tests.integration.shop import PATIENCE, Shop, ended
from tests.live.subscriber import STOCK, subscribed
from tests.support.stack import Stack

DECLINED = "pm_card_declined"
NOTED = ("products", "search_entries", "stock_notes", "inbox")


async def noted(books: Books) -> dict[str, list[dict[str, Any]]]:
    """All that the catalogue has."""
    return {name: await books.catalog.collection(name).find({}).sort("_id").to_list(None) for name in NOTED}


async def events_on_kafka(at: Addresses, books: Books) -> list[Record]:
    """What services have published; what others have written there is another matter."""
    told: set[str] = set()
    for context in CONTEXTS:
        told |= set(await books.of(context).collection("outbox").distinct("_id"))
    records = await records_on(at, set(EVENT_TOPICS.values()))
    return [record for record in records if event_id(record) in told]


async def test_a_duplicate_of_every_record_has_no_second_effect(stack: Stack, shop: Shop, books: Books) -> None:
    at, ours = stack.addresses(), Served(stack.addresses().services)
    (sku,) = await shop.products(1, stock=5)
    buyer = await shop.customer()
    for method in ("pm_card_visa", DECLINED):
        await ended(buyer, await buyer.place(shop.wish({sku: 1}, method)))
    await books.are_complete()

    async with subscribed(at.gateway, None, STOCK, skus=[sku]) as socket:
        await socket.until(available=4)
        before = await noted(books)
        duplicates = await ours.metric("caravan_consumer_duplicates_total", f'"{CONSUMER}"')
        records = await events_on_kafka(at, books)
        async with producer_to(at) as kafka:
            for record in records:
                await kafka.send(record.topic, record.value, record.key, record.partition, headers=list(record.headers))

        expected = duplicates + sum(record.topic == TOPIC for record in records)
        async with asyncio.timeout(PATIENCE):
            while await ours.metric("caravan_consumer_duplicates_total", f'"{CONSUMER}"') < expected:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert await noted(books) == before
        await shop.ops.adjust_stock(sku, 3, "found behind the shelf")
        assert (await socket.state())["available"] == 7
