"""The people whom notifications go to, on the whole system: how they are known, unsubscribed, and told again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from cli.dlq.choices import wanted_of
from cli.graphql_client import GraphqlClient
from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.infra.mongo import Database, Document
from services.infra.outbox.rows import told
from services.infra.settings import Settings
from services.infra.transaction import changed
from services.shared.clock import SystemClock
from services.shared.contacts import OptionalCategory, Unsubscription
from services.shared.events import Event, Origin
from services.shared.ids import SortableIds
from tests.integration.events.effects import Books, opened_books
from tests.integration.parking import letters_of, redriven
from tests.integration.shop import PASSWORD, PATIENCE
from tests.integration.test_sessions import history_of
from tests.support.stack import Stack

LOOK_EVERY = 0.1
NAME = "Wilhelmina"
SEALED = "gAAAA"
"""How each sealed contact begins."""

REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) { user { id } accessToken } }"""
MINE = "{ me { preferences { promotional recommendations } } }"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has just registered."""

    id: str
    email: str
    client: GraphqlClient
    books: Books

    @property
    def notifications(self) -> Database:
        return self.books.of("notifications")

    async def known(self, **wanted: object) -> Document:
        """What notifications know of them, once that is so."""
        return await _found(self.notifications, "recipients", {"_id": self.id, **wanted})

    async def welcomed(self) -> Document:
        """The first message, once it is sent."""
        return await _found(self.notifications, "messages", {"user_id": self.id, "status": "SENT"})


@pytest.fixture
async def person(stack: Stack) -> AsyncIterator[Person]:
    at = stack.addresses()
    async with aiohttp.ClientSession() as http, opened_books(at) as books:
        visitor = GraphqlClient(http, at.graphql, patience=PATIENCE)
        email = f"{SortableIds().new()}@test.example"
        session = (await visitor.ask(REGISTER, input={"email": email, "password": PASSWORD, "name": NAME}))["register"]
        client = visitor.signed_in(session["accessToken"])
        yield Person(id=session["user"]["id"], email=email, client=client, books=books)


async def test_somebody_is_told_and_no_workflow_knows_their_address(stack: Stack, person: Person) -> None:
    assert (await person.welcomed())["to"] == person.email
    known = await person.known(is_customer=True)
    assert (known["email"], known["name"], known["declined"]) == (person.email, NAME, [])
    registered = await _found(person.books.of("users"), "outbox", {"subject": person.id, "type": "user.registered.v1"})
    history = await history_of(stack.addresses(), f"notification/{registered['_id']}")
    assert person.id in history
    assert SEALED in history
    assert {word for word in (person.email, person.email.partition("@")[0], NAME) if word in history} == set()


async def test_the_link_of_a_mail_unsubscribes_without_signing_in(stack: Stack, person: Person) -> None:
    await person.known()
    tokens = SignedUnsubscribeTokens(Settings().contacts.unsubscribe_secrets)
    token = tokens.token(Unsubscription(user_id=person.id, category=OptionalCategory.PROMOTIONAL))
    link = f"{stack.addresses().gateway}/unsubscribe/{token}"
    async with aiohttp.ClientSession() as anybody:
        async with anybody.get(link) as page:
            assert (page.status, "Unsubscribe?" in await page.text()) == (200, True)
        assert (await person.client.ask(MINE))["me"]["preferences"]["promotional"] is True
        async with anybody.post(link, data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 200
    preferences = (await person.client.ask(MINE))["me"]["preferences"]
    assert preferences == {"promotional": False, "recommendations": True}
    assert (await person.known(declined=["PROMOTIONAL"]))["declined_version"] > 1


@pytest.mark.usefixtures("shop")
async def test_a_message_that_failed_is_a_dead_letter_whose_replay_sends_it(stack: Stack, person: Person) -> None:
    message = await person.welcomed()
    event_id = await _failed(person, message)
    async with letters_of(stack.addresses()) as letters, asyncio.timeout(PATIENCE):
        filters = wanted_of(["consumer=failed-notifications"])
        found: list[dict[str, Any]] = []
        while not found:
            found = [each async for each in letters.letters(filters) if each["eventId"] == event_id]
            await asyncio.sleep(LOOK_EVERY)
        (letter,) = found
        assert letter["errorMessage"] == "the message was not sent: GIVEN_UP"
        dry = await redriven(letters, [letter["id"]], dry_run=True)
        assert [each["prospect"] for each in dry["prospects"]] == ["WOULD_APPLY"]
        done = await redriven(letters, [letter["id"]])
        assert done["tally"]["applied"] == 1
    again = await person.welcomed()
    assert (again["_id"], again["attempts"] > 0) == (message["_id"], True)


async def _failed(person: Person, message: Document) -> str:
    """Has the message be given up, as its sender would write it; the id of the event that tells so."""
    sequence = (await person.known())["sequence"] + 1
    data = {
        "notificationId": message["_id"],
        "userId": person.id,
        "category": message["category"],
        "priority": "CRITICAL",
        "channel": "EMAIL",
        "template": message["template"],
        "sourceKind": message["source_kind"],
        "sourceId": message["source_id"],
        "attempts": 1,
        "unknownAttempts": 0,
        "queuedAt": "2026-11-22T21:04:05.123Z",
        "reason": "GIVEN_UP",
    }
    event = Event(
        id=SortableIds().new(),
        type="notification.failed.v1",
        subject=person.id,
        sequence=sequence,
        time=SystemClock().now(),
        data=data,
        origin=Origin(correlation_id=message["source_id"], causation_id="a test"),
    )
    writes = [
        changed("messages", {"_id": message["_id"]}, {"$set": {"status": "FAILED", "reason": "GIVEN_UP"}}),
        changed("recipients", {"_id": person.id}, {"$set": {"sequence": sequence}}),
        *told([event]),
    ]
    assert await person.notifications.write_all(writes)
    return event.id


async def _found(database: Database, collection: str, wanted: Document) -> Document:
    """The one document, once it is there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if found := await database.collection(collection).find_one(wanted):
                return dict(found)
            await asyncio.sleep(LOOK_EVERY)
