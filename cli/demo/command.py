"""The demo from first line to last: opens the shop, plays the scenes, checks the invariants. Starts no server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import aiohttp
from rich.console import Console

from cli.demo import advice_scenes, crowd_scenes, single_scenes
from cli.demo.feed import opened_feed
from cli.demo.narrator import Narrator, Outcome
from cli.demo.opening import open_shop
from cli.demo.stage import Stage, Teller
from cli.graphql_client import GraphqlClient, GraphqlFailure
from cli.invariants.command import check_invariants
from cli.invariants.sources.ledger import Ledger
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import Refusal
from cli.stack.checks import in_words, reason
from services.infra.settings import Settings
from services.shared.ids import SortableIds

Scene = Callable[[Teller], Awaitable[Outcome]]

CHAPTERS: tuple[tuple[str, dict[str, Scene]], ...] = (
    (
        "An order goes well",
        {"confirmed": single_scenes.confirmed, "bought together": advice_scenes.bought_together},
    ),
    ("There is not enough", {"out of stock": single_scenes.out_of_stock}),
    (
        "The bank says no",
        {"declined": single_scenes.declined, "capture declined": single_scenes.declined_at_capture},
    ),
    (
        "Changes of mind, and a long way",
        {
            "slow, cancelled": single_scenes.cancelled_before_payment,
            "paid, cancelled": single_scenes.cancelled_after_payment,
            "delivered": single_scenes.delivered,
        },
    ),
    ("The network is not to be trusted", {"same key": crowd_scenes.same_key, "lost answer": crowd_scenes.lost_answer}),
    ("A crowd", {"flash sale": crowd_scenes.flash_sale}),
    ("What others bought with it", {"recommended": advice_scenes.recommended}),
    ("A crash", {"crash": crowd_scenes.crash}),
)
"""Chapters one after the other; the scenes of a chapter side by side."""

CONNECTIONS = 100
ORDERS_AND_THEIR_EFFECTS = ("caravan.orders", "caravan.payments", "caravan.inventory")


async def run_demo(addresses: Addresses, once: bool) -> bool:  # noqa: FBT001 (a switch of the command line)
    """Plays the whole demo against a running system and tells it on the terminal.

    Returns whether every scene ended as expected and every invariant holds. Without `once` the system stays up, and the
    last line says so. Raises GraphqlFailure or Refusal when the shop cannot even be opened.
    """
    narrator = Narrator(Console())
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)))
        visitor = ShopClient(GraphqlClient(http, addresses.graphql))
        feed = await stack.enter_async_context(opened_feed(addresses.kafka, ORDERS_AND_THEIR_EFFECTS))
        narrator.chapter("The Waystation opens")
        people, new = await open_shop(visitor, Settings().accounts)
        narrator.tell(
            "opening", f"{new} products are new, {len(people.shoppers) + len(people.crowd)} customers are here."
        )
        ledger = Ledger(http, addresses.payment_sandbox)
        stage = Stage(
            addresses=addresses, people=people, ledger=ledger, feed=feed, narrator=narrator, ids=SortableIds()
        )
        outcomes = await _play(stage)
        holds = await _close(stage, outcomes)
    narrator.verdict(holds=holds, seconds=time.monotonic() - started, stays=not once)
    return holds


async def _play(stage: Stage) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for title, scenes in CHAPTERS:
        stage.narrator.chapter(title)
        outcomes += await asyncio.gather(*(_scene(stage.teller(name), scene) for name, scene in scenes.items()))
    return outcomes


async def _scene(on: Teller, scene: Scene) -> Outcome:
    """A scene that fails is an outcome too, so that the others are still played."""
    try:
        outcome = await scene(on)
    except (GraphqlFailure, Refusal, LookupError, TimeoutError, aiohttp.ClientError) as failure:
        outcome = Outcome(scene=on.scene, expected="an end", got=f"{in_words(failure)}: {reason(failure)}")
    on.stage.narrator.ending(outcome)
    return outcome


async def _close(stage: Stage, outcomes: Sequence[Outcome]) -> bool:
    narrator = stage.narrator
    narrator.chapter("How it ended")
    narrator.outcomes(outcomes)
    findings = await check_invariants(stage.addresses)
    narrator.findings(findings)
    narrator.chapter("Look further")
    narrator.links(await _links(stage, outcomes))
    return all(outcome.holds for outcome in outcomes) and all(finding.holds for finding in findings)


async def _links(stage: Stage, outcomes: Sequence[Outcome]) -> dict[str, str]:
    links = {"GraphQL explorer": stage.addresses.graphql, "Temporal": stage.addresses.temporal_ui}
    for outcome in outcomes:
        if outcome.order_id and (url := await stage.people.ops.workflow_url(outcome.order_id)):
            links[f"Temporal, the order '{outcome.scene}'"] = url
    return links
