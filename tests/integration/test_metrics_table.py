"""The tables of docs/metrics.md name what a running system tells, no more and no less, and of which type."""

import asyncio
import re
from typing import Final

import aiohttp

from tests.architecture.tree import ROOT
from tests.integration.shop import Shop, ended
from tests.support.stack import Stack

ROW: Final = re.compile(r"^\| `(caravan_\w+)` \| (\w+) \|", re.MULTILINE)
TYPE: Final = re.compile(r"^# TYPE (caravan_\w+) (\w+)$", re.MULTILINE)
RARE: Final = {("caravan_saga_undo_stuck_total", "counter")}
"""What a workflow counts is born with the first time, and this one does not come to pass here."""
BORN_WITH_ORDERS: Final = {
    ("caravan_orders_placed_to_confirmed_seconds", "histogram"),
    ("caravan_saga_undos_total", "counter"),
}
"""What these orders have brought forth once the page has it."""
WITHIN: Final = 30.0


async def told(*addresses: str) -> set[tuple[str, str]]:
    """The metrics of these processes; when each counter was made is none of its own."""
    async with aiohttp.ClientSession() as session:
        pages = []
        for address in addresses:
            async with session.get(f"{address}/metrics") as answer:
                pages.append(await answer.text())
    return {found for page in pages for found in TYPE.findall(page) if not found[0].endswith("_created")}


async def test_the_tables_name_what_is_told(shop: Shop, stack: Stack) -> None:
    [sku] = await shop.products(1, stock=3)
    buyer = await shop.customer()
    await ended(buyer, await buyer.place(shop.wish({sku: 1})))
    await ended(buyer, await buyer.place(shop.wish({sku: 1}, method="pm_sandbox_captureDeclined")))
    named = set(ROW.findall((ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")))
    at = stack.addresses()
    async with asyncio.timeout(WITHIN):
        found = await told(at.gateway, at.services)
        while not found >= BORN_WITH_ORDERS:
            await asyncio.sleep(0.2)
            found = await told(at.gateway, at.services)
    assert sorted(found | RARE) == sorted(named)
