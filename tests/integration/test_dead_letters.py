"""Dead letters on the whole system: from their topic into the store, and back to the consumer that gave up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from cli.dlq.choices import wanted_of
from cli.dlq.client import LettersClient
from cli.ready import Addresses
from tests.integration.crashes import Progress, kill_services_at
from tests.integration.parking import (
    CONSUMER,
    applicable,
    letters_of,
    park,
    record_about,
    redriven,
    refused,
    statuses,
    until_parked,
    until_told,
)
from tests.integration.shop import PATIENCE, Shop
from tests.support.stack import Stack
from workflows.plugin import caravan_plugin
from workflows.redrive_dead_letters import RedriveDeadLetters

ALL = wanted_of([f"consumer={CONSUMER}", "status=all"])


@pytest.fixture
async def letters(stack: Stack) -> AsyncIterator[LettersClient]:
    """One who runs the shop."""
    async with letters_of(stack.addresses()) as client:
        yield client


async def test_dead_letters_are_previewed_replayed_where_they_belong_and_set_aside(
    stack: Stack, shop: Shop, letters: LettersClient
) -> None:
    (sku,) = await shop.products(1, stock=1)
    genuine = await record_about(stack.addresses(), sku)
    had, new, bad = dict(genuine.headers)["ce_id"].decode(), f"new-{sku}", f"bad-{sku}"
    as_it_is = (dict(genuine.headers), genuine.value)
    await park(stack.addresses(), [as_it_is, applicable(genuine, new), refused(genuine, bad)])
    ids = await until_parked(letters, {"had": had, "new": new, "bad": bad})

    dry = await redriven(letters, list(ids.values()), dry_run=True)
    told = {each["id"]: each["prospect"] for each in dry["prospects"]}
    assert told == {ids["had"]: "ALREADY_APPLIED", ids["new"]: "WOULD_APPLY", ids["bad"]: "WOULD_FAIL"}
    assert await statuses(letters, ids) == dict.fromkeys(ids, "PARKED")

    done = await redriven(letters, list(ids.values()))
    assert done["tally"] == {"done": 3, "applied": 1, "alreadyApplied": 1, "superseded": 0, "failed": 1}
    assert await statuses(letters, ids) == {"had": "REPLAYED", "new": "REPLAYED", "bad": "PARKED"}
    assert await details(stack.addresses(), done["id"]) == "DONE"

    for _ in range(2):
        done = await redriven(letters, [ids["bad"]])
    assert (done["quarantined"], await statuses(letters, ids)) == (
        1,
        {"had": "REPLAYED", "new": "REPLAYED", "bad": "QUARANTINED"},
    )
    await letters.discard([ids["bad"]], "a test")
    letter = await letters.letter(ids["bad"])
    assert letter
    assert (letter["status"], letter["replays"], len(letter["replayHistory"])) == ("DISCARDED", 3, 3)


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [150, 1000])
async def test_a_redrive_of_many_outlives_the_services(
    stack: Stack, shop: Shop, letters: LettersClient, number: int
) -> None:
    (sku,) = await shop.products(1, stock=1)
    genuine = await record_about(stack.addresses(), sku)
    canary, failing = max(20, number // 20), number * 3 // 10
    bad = [canary + index * (number - canary) // failing for index in range(failing)]
    names = [f"{sku}-{index:04}" for index in range(number)]
    events = [
        refused(genuine, name) if index in set(bad) else applicable(genuine, name) for index, name in enumerate(names)
    ]
    await park(stack.addresses(), events)
    parked = await until_parked(letters, {name: name for name in names})

    begun = await letters.replay((), wanted_of([f"consumer={CONSUMER}"]), dry_run=False)
    redrive_id, progress = begun["workflow"]["id"], Progress()
    async with asyncio.timeout(PATIENCE + number / 10):
        killing = asyncio.create_task(kill_services_at(stack, progress, 1))
        await until_told(letters, redrive_id, lambda told: told["tally"]["done"] >= number // 3)
        await progress.step()
        told = await until_told(letters, redrive_id, lambda told: not told["runs"])
        await killing

    tally = told["tally"]
    assert (told["state"], told["total"], tally["done"], tally["failed"]) == ("DONE", number, number, len(bad))
    assert tally["applied"] + tally["alreadyApplied"] == number - len(bad)
    states = {letter["eventId"]: (letter["status"], letter["replays"]) async for letter in letters.letters(ALL)}
    assert {states[name] for index, name in enumerate(names) if index in set(bad)} == {("PARKED", 1)}
    assert {states[name] for index, name in enumerate(names) if index not in set(bad)} == {("REPLAYED", 1)}
    await letters.discard([parked[names[index]] for index in bad], "a test")


async def details(at: Addresses, redrive_id: str) -> str:
    """The state that a worker tells, asked in Temporal itself."""
    client = await Client.connect(at.temporal, plugins=[caravan_plugin()])
    progress = await client.get_workflow_handle(redrive_id).query(RedriveDeadLetters.progress)
    return progress.state.value
