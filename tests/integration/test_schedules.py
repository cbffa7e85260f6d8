"""Scheduled jobs on the whole system: seen and run from the command line; one makes what is recommended anew, another
writes to each customer what is recommended to him.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import pytest

from cli.graphql_client import GraphqlClient
from cli.shop_client import ShopClient
from tests.integration.post import Letter, Post
from tests.integration.shop import PATIENCE, Shop, ended
from tests.support.stack import Stack
from workflows.names import SCHEDULES

WEEKLY = "weekly-recommendations"
NIGHTLY = "refresh-recommendations"
SUBJECT = "Picked for you this week"
LOOK_EVERY = 0.1
TOGETHER, STOCK = 4, 20
TOLD = "query ($sku: String!) { product(sku: $sku) { boughtTogether(first: 20) { product { sku } } } }"
SHOWN = "{ recommendations(first: 20) { rule product { sku } } }"
MINE = "{ notifications { edges { node { category status template to } } } }"


@pytest.fixture
def post(stack: Stack) -> Post:
    return Post(stack.addresses())


async def schedules(stack: Stack, *words: str) -> Any:  # noqa: ANN401 (JSON)
    """What `caravan schedules` prints as JSON."""
    command = [sys.executable, "-m", "cli", "schedules", *words, "--json", "--ready", str(stack.ready)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


async def test_all_are_made_at_start_and_run_by_themselves_or_when_told(shop: Shop, stack: Stack) -> None:  # noqa: ARG001 (invariants)
    listed = await schedules(stack, "list")
    assert tuple(each["id"] for each in listed) == SCHEDULES
    assert not any(each["paused"] for each in listed)
    assert next(each for each in listed if each["id"] == WEEKLY)["cadence"] == "every Monday at 09:00 UTC"
    async with asyncio.timeout(PATIENCE):
        while not (await schedules(stack, "list"))[0]["lastRunAt"]:  # noqa: ASYNC110 (it happens elsewhere)
            await asyncio.sleep(LOOK_EVERY)


async def test_each_customer_is_written_what_is_recommended_to_him(shop: Shop, stack: Stack, post: Post) -> None:
    """Some buy two things together. Who then buys one of them is recommended the other, as long as there is any."""
    one, other, gone = await shop.products(3, stock=STOCK, price="0.01")
    for buyer in await shop.customers(TOGETHER):
        await confirmed(shop, buyer, one, other)
        await confirmed(shop, buyer, gone, other)
    reader, address = await shop.reader()
    await confirmed(shop, reader, one)
    await confirmed(shop, reader, gone)
    await shop.ops.adjust_stock(gone, 1 + TOGETHER - STOCK, "thrown away")
    await counted(stack, one, other)
    await counted(stack, gone, other)

    await triggered(stack, NIGHTLY)
    shown = await until_recommended(stack, reader.token or "", other)
    # What was bought just now is not recommended, and what is gone is not to be had.
    assert not {one, gone} & set(shown)
    assert shown[other] == "BOUGHT_TOGETHER"

    await triggered(stack, WEEKLY)
    (letter,) = await recommendations(post, address)
    assert f"Thing {other}," in letter.text
    assert f"Thing {one}," not in letter.text
    sent = [each for each in await messages(stack, reader.token or "") if each["template"] == "campaign"]
    assert sent == [{"category": "RECOMMENDATION", "status": "SENT", "template": "campaign", "to": address}]


async def confirmed(shop: Shop, buyer: ShopClient, *skus: str) -> None:
    """One of each is bought."""
    assert (await ended(buyer, await buyer.place(shop.wish(dict.fromkeys(skus, 1))))).status == "CONFIRMED"


async def counted(stack: Stack, sku: str, other: str) -> None:
    """Waits until it is known that the other is bought with it."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE):
        client = GraphqlClient(http, stack.addresses().graphql, patience=PATIENCE)
        while True:
            found = (await client.ask(TOLD, sku=sku))["product"]["boughtTogether"]
            if other in {each["product"]["sku"] for each in found}:
                return
            await asyncio.sleep(LOOK_EVERY)


async def triggered(stack: Stack, schedule: str) -> None:
    """The job runs, whatever run of it was under way before."""
    assert (await schedules(stack, "trigger", schedule))["lastRunAt"]


async def until_recommended(stack: Stack, token: str, sku: str) -> Mapping[str, str]:
    """What somebody is recommended, by SKU and rule, once this is among it."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE):
        client = GraphqlClient(http, stack.addresses().graphql, token, patience=PATIENCE)
        while True:
            found = (await client.ask(SHOWN))["recommendations"]
            shown = {each["product"]["sku"]: each["rule"] for each in found}
            if sku in shown:
                return shown
            await asyncio.sleep(LOOK_EVERY)


async def recommendations(post: Post, address: str) -> Sequence[Letter]:
    """Those that somebody got, once there are any."""
    async with asyncio.timeout(PATIENCE):
        while not (found := [letter for letter in post.to(address) if letter.subject == SUBJECT]):  # noqa: ASYNC110 (it happens elsewhere)
            await asyncio.sleep(LOOK_EVERY)
    return found


async def messages(stack: Stack, token: str) -> Sequence[Mapping[str, str]]:
    """What somebody was sent, as the API tells them, once the last of it is settled."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE):
        client = GraphqlClient(http, stack.addresses().graphql, token, patience=PATIENCE)
        while True:
            edges = (await client.ask(MINE))["notifications"]["edges"]
            if all(edge["node"]["status"] != "QUEUED" for edge in edges):
                return [edge["node"] for edge in edges]
            await asyncio.sleep(LOOK_EVERY)
