"""The people whom notifications go to, on the whole system: how they are known, unsubscribed, and told again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from cli.graphql_client import GraphqlClient
from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.infra.mongo import Database, Document
from services.infra.settings import Settings
from services.shared.contacts import OptionalCategory, Unsubscription
from services.shared.ids import SortableIds
from tests.integration.events.effects import Books, opened_books
from tests.integration.shop import PASSWORD, PATIENCE, broken_invariants
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
    assert await broken_invariants(at) == {}


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


async def _found(database: Database, collection: str, wanted: Document) -> Document:
    """The one document, once it is there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if found := await database.collection(collection).find_one(wanted):
                return dict(found)
            await asyncio.sleep(LOOK_EVERY)
