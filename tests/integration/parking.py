"""Dead letters of a test on the whole system: written to their topic, awaited in the store, replayed over GraphQL."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, cast

import aiohttp
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from cli.dlq.choices import wanted_of
from cli.dlq.client import LettersClient
from cli.graphql_client import GraphqlClient
from cli.operations.session import asking
from cli.ready import Addresses
from services.infra.settings import Settings
from services.shared.dead_letters import DeadLetterHeader, dead_letter_topic
from tests.integration.shop import PATIENCE

TOPIC = "caravan.inventory"
CONSUMER = "stock-notes"
LOOK_EVERY = 0.2
LOGIN = "mutation L($input: LoginInput!) { login(input: $input) { accessToken } }"

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"
Parked: TypeAlias = tuple[dict[str, bytes], bytes | None]


@asynccontextmanager
async def letters_of(at: Addresses) -> AsyncIterator[LettersClient]:
    """One who runs the shop."""
    accounts = Settings().accounts
    async with aiohttp.ClientSession() as http:
        visitor = GraphqlClient(http, at.graphql)
        wish = {"email": accounts.ops_email, "password": accounts.ops_password.get_secret_value()}
        yield LettersClient(asking(visitor.signed_in((await visitor.ask(LOGIN, input=wish))["login"]["accessToken"])))


def applicable(genuine: Record, event_id: str) -> Parked:
    """An event that the consumer has not had, about a product that nobody has ever heard of."""
    headers = dict(genuine.headers) | {"ce_id": event_id.encode(), "ce_subject": event_id.encode()}
    return headers, json.dumps(json.loads(genuine.value or b"") | {"sku": event_id}).encode()


def refused(genuine: Record, event_id: str) -> Parked:
    """An event of a type that there is not."""
    return dict(genuine.headers) | {"ce_id": event_id.encode(), "ce_type": b"stock.vanished.v1"}, genuine.value


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


async def park(at: Addresses, records: Iterable[Parked]) -> None:
    """Writes them as their consumer would have done."""
    producer = AIOKafkaProducer(bootstrap_servers=at.kafka)
    await producer.start()
    try:
        for number, (headers, value) in enumerate(records):
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
            await producer.send(dead_letter_topic(TOPIC, CONSUMER), value, key=headers["ce_subject"], headers=both)
        await producer.flush()
    finally:
        await producer.stop()


async def until_parked(letters: LettersClient, events: Mapping[str, str]) -> dict[str, str]:
    """The letters' ids, by the same names, once they are in the store."""
    wanted = wanted_of([f"consumer={CONSUMER}"])
    async with asyncio.timeout(PATIENCE):
        while sum(group["count"] for group in await letters.groups(wanted)) < len(events):  # noqa: ASYNC110 (another process)
            await asyncio.sleep(LOOK_EVERY)
    known = {letter["eventId"]: letter["id"] async for letter in letters.letters(wanted)}
    return {name: known[event] for name, event in events.items()}


async def redriven(letters: LettersClient, ids: list[str], *, dry_run: bool = False) -> dict[str, Any]:
    """The redrive of these, once it has ended."""
    begun = await letters.replay(ids, wanted_of(()), dry_run=dry_run)
    async with asyncio.timeout(PATIENCE):
        return await until_told(letters, begun["workflow"]["id"], lambda told: not told["runs"])


async def until_told(
    letters: LettersClient, redrive_id: str, enough: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """What the redrive tells of itself, once that is enough."""
    while (told := await letters.redrive(redrive_id)) is None or not enough(told):  # noqa: ASYNC110 (another process)
        await asyncio.sleep(LOOK_EVERY)
    return told


async def statuses(letters: LettersClient, ids: Mapping[str, str]) -> dict[str, str]:
    """The letters' states, by the same names."""
    found = {name: await letters.letter(letter_id) for name, letter_id in ids.items()}
    return {name: letter["status"] for name, letter in found.items() if letter}
