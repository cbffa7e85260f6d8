"""Sessions over the real endpoint: refreshed by many at once, ended by what ends them, and their secrets nowhere."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer
from motor.motor_asyncio import AsyncIOMotorClient
from temporalio.client import Client

from cli.graphql_client import GraphqlClient
from cli.ready import Addresses
from cli.shop_client import ShopClient
from services.infra.settings import Settings
from services.shared.ids import SortableIds
from tests.integration.shop import PASSWORD, PATIENCE, Shop
from tests.support.stack import Stack

AT_ONCE = 20
PARTS = "user { id } accessToken refreshToken errors { code }"
REGISTER = f"mutation ($input: RegisterInput!) {{ register(input: $input) {{ {PARTS} }} }}"
LOGIN = f"mutation ($input: LoginInput!) {{ login(input: $input) {{ {PARTS} }} }}"
REFRESH = f"mutation ($token: String!) {{ refreshSession(refreshToken: $token) {{ {PARTS} }} }}"
LOGOUT = "mutation ($token: String!) { logout(refreshToken: $token) { errors { code } } }"
CHANGE = f"mutation ($input: ChangePasswordInput!) {{ changePassword(input: $input) {{ {PARTS} }} }}"
SET_ROLES = """
mutation ($user: ID!, $roles: [Role!]!) { setRoles(userId: $user, roles: $roles) { user { roles } errors { code } } }"""
NEW_PASSWORD = "seven herons in a row"


class Person:
    """Somebody with an address of their own."""

    def __init__(self, visitor: GraphqlClient) -> None:
        self.visitor = visitor
        self.email = f"{SortableIds().new()}@test.example"
        self.session: dict[str, Any] = {}

    async def register(self) -> None:
        wish = {"email": self.email, "password": PASSWORD, "name": "Wilhelmina"}
        self.session = (await self.visitor.ask(REGISTER, input=wish))["register"]

    async def login(self, password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.visitor.ask(LOGIN, input={"email": self.email, "password": password})
        session: dict[str, Any] = answer["login"]
        return session

    async def refresh(self, token: str) -> dict[str, Any]:
        session: dict[str, Any] = (await self.visitor.ask(REFRESH, token=token))["refreshSession"]
        return session

    async def outcome(self, token: str) -> str:
        """The code of the refusal; empty for a new session."""
        return "".join(error["code"] for error in (await self.refresh(token))["errors"])


@pytest.fixture
async def visitor(stack: Stack) -> AsyncIterator[GraphqlClient]:
    async with aiohttp.ClientSession() as http:
        yield GraphqlClient(http, stack.addresses().graphql, patience=PATIENCE)


@pytest.fixture
async def person(visitor: GraphqlClient) -> Person:
    person = Person(visitor)
    await person.register()
    return person


async def test_of_twenty_refreshes_at_once_all_get_the_same_successor(person: Person) -> None:
    first = person.session["refreshToken"]
    answers = await asyncio.gather(*(person.refresh(first) for _ in range(AT_ONCE)))
    (second,) = {answer["refreshToken"] for answer in answers}
    third = await person.refresh(second)
    assert third["errors"] == []
    assert await person.outcome(first) == "TOKEN_REUSED"
    assert await person.outcome(third["refreshToken"]) == "TOKEN_REUSED"


async def test_logout_another_password_and_other_roles_end_sessions(person: Person) -> None:
    out = (await person.login())["refreshToken"]
    assert await person.visitor.ask(LOGOUT, token=out) == {"logout": {"errors": []}}
    assert await person.outcome(out) == "TOKEN_EXPIRED"

    own = person.visitor.signed_in(person.session["accessToken"])
    change = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    changed = (await own.ask(CHANGE, input=change))["changePassword"]
    assert await person.outcome(person.session["refreshToken"]) == "TOKEN_EXPIRED"

    accounts = Settings().accounts
    wish = {"email": accounts.admin_email, "password": accounts.admin_password.get_secret_value()}
    admin = (await person.visitor.ask(LOGIN, input=wish))["login"]
    roles = {"user": person.session["user"]["id"], "roles": ["CUSTOMER", "OPS"]}
    answer = await person.visitor.signed_in(admin["accessToken"]).ask(SET_ROLES, **roles)
    assert answer["setRoles"] == {"user": {"roles": ["CUSTOMER", "OPS"]}, "errors": []}
    assert await person.outcome(changed["refreshToken"]) == "TOKEN_EXPIRED"
    assert (await person.login(NEW_PASSWORD))["errors"] == []


async def test_no_secret_is_in_the_database_an_event_a_log_or_a_workflow(
    stack: Stack, shop: Shop, person: Person
) -> None:
    addresses = stack.addresses()
    second = await person.refresh(person.session["refreshToken"])
    await person.login()
    await person.login("a password that is wrong")
    (sku,) = await shop.products(1, stock=1)
    buyer = ShopClient(person.visitor.signed_in(second["accessToken"]))
    order_id = (await buyer.place(shop.wish({sku: 1}))).accepted().id
    user_id = person.session["user"]["id"]

    places = {
        "events": await told_of(addresses, user_id, 2),
        "logs": await asyncio.to_thread(written, Path(addresses.logs)),
        "workflow": await history_of(addresses, f"order/{order_id}"),
    }
    assert places["logs"]
    assert user_id in places["events"]
    assert user_id in places["workflow"]
    tokens = {session[name] for session in (person.session, second) for name in ("accessToken", "refreshToken")}
    secrets = {*tokens, PASSWORD, "a password that is wrong"}
    personal = {person.email, "Wilhelmina"}
    found = {(place, secret) for place, text in places.items() for secret in secrets | personal if secret in text}
    stored = await stored_of_users(addresses)
    assert person.email in stored
    assert found | {("database", secret) for secret in secrets if secret in stored} == set()


def written(logs: Path) -> str:
    """What all processes have logged."""
    return "".join(path.read_text(errors="replace") for path in logs.iterdir())


async def told_of(addresses: Addresses, user_id: str, count: int) -> str:
    """The first events of a user as they are on Kafka, headers and all."""
    consumer = AIOKafkaConsumer("caravan.users", bootstrap_servers=addresses.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        found: list[str] = []
        async with asyncio.timeout(PATIENCE):
            async for record in consumer:
                if record.key == user_id.encode():
                    found.append(str(record))
                if len(found) == count:
                    return "".join(found)
    finally:
        await consumer.stop()
    raise AssertionError("unreachable: a topic has no end")


async def history_of(addresses: Addresses, workflow_id: str) -> str:
    """All that Temporal keeps of a workflow."""
    client = await Client.connect(addresses.temporal)
    return str((await client.get_workflow_handle(workflow_id).fetch_history()).events)


async def stored_of_users(addresses: Addresses) -> str:
    """All documents of the users' database."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(addresses.mongo)
    database = client[f"{Settings().mongo.database_prefix}users"]
    documents = [await database[name].find().to_list(None) for name in await database.list_collection_names()]
    client.close()
    return str(documents)
