"""Bugs planted into a real system: what the services really store is what the checks read. A stack of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from cli.invariants.checks import INVARIANTS
from cli.invariants.command import check_invariants
from cli.invariants.facts import opened
from tests.integration.shop import Shop, broken_invariants, ended, opened_shop
from tests.invariants.saboteur import DEEDS, Deed, Saboteur, Target, at_work
from tests.support.stack import Stack, started

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with started(tmp_path_factory.mktemp("sabotage")) as running:
        yield running


@pytest.fixture
async def own_shop(own_stack: Stack) -> AsyncIterator[Shop]:
    async with opened_shop(own_stack.addresses()) as opened:
        yield opened


@pytest.fixture
async def saboteur(own_stack: Stack) -> AsyncIterator[Saboteur]:
    async with at_work(own_stack.addresses()) as hand:
        yield hand


async def confirmed(shop: Shop) -> Target:
    (sku,) = await shop.products(1, stock=5)
    buyer = await shop.customer()
    order = await ended(buyer, await buyer.place(shop.wish({sku: 1})))
    assert order.status == "CONFIRMED"
    return Target(order_id=order.id, sku=sku)


async def test_a_real_system_breaks_nothing_even_when_an_event_is_sent_again(
    own_shop: Shop, own_stack: Stack, saboteur: Saboteur
) -> None:
    target = await confirmed(own_shop)
    assert await broken_invariants(own_stack.addresses()) == {}
    event = await saboteur.collection("orders", "outbox").find_one({"subject": target.order_id, "sequence": 1})
    assert event is not None

    await saboteur.change("orders", "outbox", event["_id"], sent=False)

    findings = {finding.name: finding for finding in await check_invariants(own_stack.addresses())}
    assert all(finding.holds for finding in findings.values())
    assert "1 delivered again" in findings["events unique and in order"].detail


@pytest.mark.parametrize(("name", "deed"), DEEDS.items(), ids=DEEDS.keys())
async def test_the_check_sees_what_was_done_to_a_real_system(
    own_shop: Shop, own_stack: Stack, saboteur: Saboteur, name: str, deed: Deed
) -> None:
    target = await confirmed(own_shop)
    await at_rest(own_stack, target)

    await deed(saboteur, target)

    assert (await breaches(own_stack, target))[name]


async def at_rest(stack: Stack, target: Target) -> None:
    """Returns once every invariant holds for this order: its last events may still be on their way to Kafka."""
    async with asyncio.timeout(30):
        while any((await breaches(stack, target)).values()):  # noqa: ASYNC110 (another process changes it)
            await asyncio.sleep(0.2)


async def breaches(stack: Stack, target: Target) -> dict[str, list[str]]:
    """By invariant: what breaks it just now and has to do with this order or its goods."""
    async with opened(stack.addresses()) as system:
        facts = await system.facts()
    return {
        invariant.name: [
            breach for breach in invariant.check(facts).breaches if target.order_id in breach or target.sku in breach
        ]
        for invariant in INVARIANTS
    }
