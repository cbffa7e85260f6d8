"""Dead letters on the whole system: from their topic into the store, and back to the consumer that gave up."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeAlias, cast

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from temporalio.client import Client

from cli.dlq.choices import wanted_of
from cli.dlq.client import LettersClient
from cli.graphql_client import GraphqlClient
from cli.ready import Addresses
from services.infra.settings import Settings
from services.shared.dead_letters import DeadLetterHeader, dead_letter_topic
from tests.integration.shop import PATIENCE, Shop
from tests.support.stack import Stack
from workflows.plugin import caravan_plugin
from workflows.redrive_dead_letters import RedriveDeadLetters

TOPIC = "caravan.inventory"
CONSUMER = "stock-notes"
LOOK_EVERY = 0.1
LOGIN = "mutation L($input: LoginInput!) { login(input: $input) { accessToken } }"

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"


@pytest.fixture
async def letters(stack: Stack) -> AsyncIterator[LettersClient]:
    """One who runs the shop."""
    accounts = Settings().accounts
    async with aiohttp.ClientSession() as http:
        visitor = GraphqlClient(http, stack.addresses().graphql)
        wish = {"email": accounts.ops_email, "password": accounts.ops_password.get_secret_value()}
        yield LettersClient(visitor.signed_in((await visitor.ask(LOGIN, input=wish))["login"]["accessToken"]))


async def test_dead_letters_are_previewed_replayed_where_they_belong_and_set_aside(
    stack: Stack, shop: Shop, letters: LettersClient
) -> None:
    (sku,) = await shop.products(1, stock=1)
    genuine = await record_about(stack.addresses(), sku)
    about = dict(genuine.headers)
    await park(
        stack.addresses(),
        {
            "had": (about, genuine.value),
            "new": (about | {"ce_id": f"new-{sku}".encode(), "ce_subject": b"ghost"}, ghost(genuine, sku)),
            "bad": (about | {"ce_id": f"bad-{sku}".encode(), "ce_type": b"stock.vanished.v1"}, genuine.value),
        },
    )
    ids = await until_parked(letters, {"had": about["ce_id"].decode(), "new": f"new-{sku}", "bad": f"bad-{sku}"})

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
    bad = await letters.letter(ids["bad"])
    assert bad
    assert (bad["status"], bad["replays"], len(bad["replayHistory"])) == ("DISCARDED", 3, 3)


def ghost(genuine: Record, sku: str) -> bytes:
    """The same of a product that nobody has ever heard of."""
    return json.dumps(json.loads(genuine.value or b"") | {"sku": f"ghost-{sku}"}).encode()


async def record_about(at: Addresses, sku: str) -> Record:
    """The first event of its stock, once it is on the topic."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=at.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(PATIENCE):
            async for record in consumer:
                if record.key == sku.encode():
                    return cast("Record", record)
        raise AssertionError("the topic has an end")
    finally:
        await consumer.stop()


async def park(at: Addresses, records: Mapping[str, tuple[dict[str, bytes], bytes | None]]) -> None:
    """Writes them as their consumer would have done."""
    producer = AIOKafkaProducer(bootstrap_servers=at.kafka)
    await producer.start()
    try:
        for number, (headers, value) in enumerate(records.values()):
            said = {
                DeadLetterHeader.ORIGINAL_TOPIC: TOPIC,
                DeadLetterHeader.ORIGINAL_PARTITION: "0",
                DeadLetterHeader.ORIGINAL_OFFSET: str(number),
                DeadLetterHeader.CONSUMER: CONSUMER,
                DeadLetterHeader.EXCEPTION_CLASS: "builtins.KeyError",
                DeadLetterHeader.EXCEPTION_MESSAGE: "no such shelf",
                DeadLetterHeader.ATTEMPTS: "5",
                DeadLetterHeader.DISPOSITION: "exhausted",
            }
            both = [*headers.items(), *((name.value, text.encode()) for name, text in said.items())]
            await producer.send_and_wait(dead_letter_topic(TOPIC, CONSUMER), value, key=b"ghost", headers=both)
    finally:
        await producer.stop()


async def until_parked(letters: LettersClient, events: Mapping[str, str]) -> dict[str, str]:
    """The letters' ids, by the same names, once they are in the store."""
    wanted = wanted_of([f"consumer={CONSUMER}"])
    async with asyncio.timeout(PATIENCE):
        while True:
            known = {letter["eventId"]: letter["id"] async for letter in letters.letters(wanted)}
            if set(events.values()) <= set(known):
                return {name: known[event] for name, event in events.items()}
            await asyncio.sleep(LOOK_EVERY)


async def redriven(letters: LettersClient, ids: list[str], *, dry_run: bool = False) -> dict[str, Any]:
    """The redrive, once it has ended."""
    begun = await letters.replay(ids, wanted_of(()), dry_run=dry_run)
    async with asyncio.timeout(PATIENCE):
        while (told := await letters.redrive(begun["workflow"]["id"])) is None or told["runs"]:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(LOOK_EVERY)
    return told


async def statuses(letters: LettersClient, ids: Mapping[str, str]) -> dict[str, str]:
    """The letters' states, by the same names."""
    found = {name: await letters.letter(letter_id) for name, letter_id in ids.items()}
    return {name: letter["status"] for name, letter in found.items() if letter}


async def details(at: Addresses, redrive_id: str) -> str:
    """The state that a worker tells, asked in Temporal itself."""
    client = await Client.connect(at.temporal, plugins=[caravan_plugin()])
    progress = await client.get_workflow_handle(redrive_id).query(RedriveDeadLetters.progress)
    return progress.state.value
