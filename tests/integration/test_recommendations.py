"""What is recommended follows what is bought by itself; counts and lists are made anew while processes die."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.shop_client import ShopClient
from tests.integration.crashes import kill
from tests.integration.shop import PATIENCE, Shop, broken_invariants, ended, opened_shop
from tests.support.stack import Stack, running_stack

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]

LOOK_EVERY = 0.2
BUYERS = 6
WINDOW = "5"


async def recommendations(stack: Stack, *words: str) -> Any:  # noqa: ANN401 (JSON)
    """What `caravan recommendations` prints as JSON."""
    command = [sys.executable, "-m", "cli", "recommendations", *words, "--json", "--ready", str(stack.ready)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


async def confirmed(shop: Shop, buyer: ShopClient, *skus: str) -> None:
    """One of each is bought."""
    assert (await ended(buyer, await buyer.place(shop.wish(dict.fromkeys(skus, 1))))).status == "CONFIRMED"


async def recommended(reader: ShopClient, sku: str) -> None:
    """Once it is among what somebody is recommended for what he has bought."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rules = {each.sku: each.rule for each in await reader.recommendations(20)}
            if rules.get(sku) == "BOUGHT_TOGETHER":
                return
            await asyncio.sleep(LOOK_EVERY)


async def test_lists_follow_purchases_and_a_rebuild_that_dies_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARAVAN_RECOMMENDATIONS__REFRESH_WINDOW", WINDOW)
    async with running_stack(tmp_path) as stack, opened_shop(stack.addresses()) as shop:
        one, other = await shop.products(2, stock=100, price="0.01")
        buyers = await shop.customers(BUYERS)
        await asyncio.gather(*(confirmed(shop, buyer, one, other) for buyer in buyers))
        reader = await shop.customer()
        await confirmed(shop, reader, one)
        await recommended(reader, other)

        rebuilding = asyncio.create_task(recommendations(stack, "rebuild", "--wait"))
        more = asyncio.gather(*(confirmed(shop, buyer, one, other) for buyer in buyers))
        await kill(stack, "services")
        await more
        assert await rebuilding == {"id": "recommendations/rebuild", "status": "COMPLETED"}
        assert (await recommendations(stack, "refresh", "--wait"))["status"] == "COMPLETED"
        await recommended(reader, other)
        assert await broken_invariants(stack.addresses()) == {}
