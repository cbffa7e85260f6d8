"""Scheduled jobs on the whole system: seen and run from the command line; the weekly one tells customers what sells."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import pytest

from cli.graphql_client import GraphqlClient
from tests.integration.events.effects import opened_books
from tests.integration.post import Letter, Post
from tests.integration.shop import PATIENCE, Shop, ended
from tests.support.stack import Stack
from workflows.names import SCHEDULES

WEEKLY = "weekly-recommendations"
SUBJECT = "What people buy this week"
LOOK_EVERY = 0.1
MANY = 1000
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


async def test_customers_are_told_what_sells_when_the_weekly_job_is_run(shop: Shop, stack: Stack, post: Post) -> None:
    (sku,) = await shop.products(1, stock=2 * MANY, price="0.01")
    buyer, address = await shop.reader()
    assert (await ended(buyer, await buyer.place(shop.wish({sku: MANY})))).status == "CONFIRMED"
    await counted(stack, sku, MANY)

    assert (await schedules(stack, "trigger", WEEKLY))["lastRunAt"]

    (letter,) = await recommendations(post, address)
    assert f"Thing {sku}" in letter.text
    sent = [each for each in await messages(stack, buyer.token or "") if each["template"] == "campaign"]
    assert sent == [{"category": "RECOMMENDATION", "status": "SENT", "template": "campaign", "to": address}]


async def counted(stack: Stack, sku: str, units: int) -> None:
    """Waits until notifications know how much of it was sold."""
    async with opened_books(stack.addresses()) as books, asyncio.timeout(PATIENCE):
        sales = books.of("notifications").collection("sales")
        while not await sales.find_one({"sku": sku, "units": units}):  # noqa: ASYNC110 (it happens elsewhere)
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
