"""What cannot be read or may not be acted on becomes a dead letter, soon, as it is, and holds up nothing behind it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TypeAlias

import pytest

from cli.dlq.choices import wanted_of
from cli.dlq.client import LettersClient
from cli.ready import Addresses
from services.shared.dead_letters import DeadLetterHeader, dead_letter_topic
from services.shared.replays import Disposition
from tests.integration.events.effects import CONSUMER, TOPIC, Books
from tests.integration.events.log import Record, producer_to, records_on
from tests.integration.parking import letters_of, record_about
from tests.integration.shop import PATIENCE, Shop
from tests.support.stack import Stack

SOON_MS = 5000
LARGE = 900 * 1024
CONSUMERS = ("live-stock", CONSUMER)

Written: TypeAlias = tuple[list[tuple[str, bytes]], bytes | None]
Places: TypeAlias = Mapping[int, str]
"""The odd records' names, by their offsets in the one partition that they are in."""


def odd_ones(genuine: Record) -> dict[str, tuple[Disposition, Written]]:
    """What came of an event in each way in which it can go wrong, and what a consumer must call it."""

    def headers(**other: str) -> list[tuple[str, bytes]]:
        return list((dict(genuine.headers) | {name: text.encode() for name, text in other.items()}).items())

    value = genuine.value or b""
    large = json.dumps(json.loads(value) | {"note": "x" * LARGE}).encode()
    return {
        "malformed": (Disposition.POISON, (headers(ce_id="malformed"), value[:-1])),
        "empty": (Disposition.POISON, (headers(ce_id="empty"), None)),
        "bare": (Disposition.POISON, ([], value)),
        "without a number": (
            Disposition.POISON,
            ([each for each in headers(ce_id="numberless") if each[0] != "ce_sequence"], value),
        ),
        "under the key of another": (Disposition.POISON, (headers(ce_id="key"), value)),
        "large": (Disposition.POISON, (headers(ce_id="large"), large)),
        "of an unknown type": (
            Disposition.PERMANENT,
            (headers(ce_id="type", ce_subject="of an unknown type", ce_type="stock.vanished.v1"), value),
        ),
        "of an unknown version": (
            Disposition.PERMANENT,
            (headers(ce_id="version", ce_subject="of an unknown version", ce_type="stock.adjusted.v9"), value),
        ),
        "of another schema": (
            Disposition.PERMANENT,
            (headers(ce_id="schema", ce_subject="of another schema"), b'{"available": "many"}'),
        ),
    }


@pytest.fixture
async def letters(stack: Stack) -> AsyncIterator[LettersClient]:
    """One who runs the shop."""
    async with letters_of(stack.addresses()) as client:
        yield client


async def written(at: Addresses, genuine: Record, records: Mapping[str, Written]) -> Places:
    """Puts them behind the genuine record in its partition, each under a key of its own."""
    places = {}
    async with producer_to(at) as kafka:
        for name, (headers, value) in records.items():
            sent = await kafka.send_and_wait(TOPIC, value, name.encode(), genuine.partition, headers=headers)
            places[sent.offset] = name
    return places


async def found(letters: LettersClient, consumer: str, partition: int, places: Places) -> dict[str, dict[str, str]]:
    """The letters of these records in the store, by the records' names, once all are there."""
    wanted = wanted_of([f"consumer={consumer}"])
    async with asyncio.timeout(PATIENCE):
        while True:
            here = [each async for each in letters.letters(wanted) if each["partition"] == partition]
            known = {places[each["offset"]]: each for each in here if each["offset"] in places}
            if len(known) == len(places):
                return known
            await asyncio.sleep(0.2)


def given_up(records: Iterable[Record], partition: int, places: Places) -> dict[str, Record]:
    """The dead letters of these records among those of a topic, by the records' names."""
    known = {}
    for record in records:
        told = dict(record.headers)
        offset = int(told[DeadLetterHeader.ORIGINAL_OFFSET])
        if int(told[DeadLetterHeader.ORIGINAL_PARTITION]) == partition and offset in places:
            known[places[offset]] = record
    return known


async def test_odd_records_are_dead_letters_soon_and_what_is_behind_them_goes_on(
    stack: Stack, shop: Shop, books: Books, letters: LettersClient
) -> None:
    at = stack.addresses()
    (sku,) = await shop.products(1, stock=5)
    genuine = await record_about(at, sku)
    odd = odd_ones(genuine)
    places = await written(at, genuine, {name: record for name, (_, record) in odd.items()})
    await shop.ops.adjust_stock(sku, 1, "found behind the shelf")
    await books.are_complete()
    assert (await books.notes())[sku] == (6, 2)

    for consumer in CONSUMERS:
        kept = await found(letters, consumer, genuine.partition, places)
        dead = given_up(await records_on(at, [dead_letter_topic(TOPIC, consumer)]), genuine.partition, places)
        for name, (disposition, (headers, value)) in odd.items():
            told = dict(dead[name].headers)
            assert (name, told[DeadLetterHeader.DISPOSITION].decode()) == (name, disposition)
            assert (name, kept[name]["disposition"]) == (name, disposition.upper())
            assert (dead[name].key, dead[name].value) == (name.encode(), value)
            assert list(dead[name].headers)[: len(headers)] == headers
            assert dead[name].timestamp - int(told[DeadLetterHeader.ORIGINAL_TIMESTAMP]) < SOON_MS
        await letters.discard([each["id"] for each in kept.values()], "a test")
