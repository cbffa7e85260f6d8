"""Every mutation and query on a whole system, asked by those who may not: no data, workflow, event or mail changes.

The same table as in memory (`tests/gateway/matrix.py`), here with every process and server that there is.
"""

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr
from temporalio.client import Client

from cli.invariants.sources.ledger import Ledger
from cli.ready import Addresses
from services.infra.outbox.lease import COLLECTION as LEASES
from services.infra.settings import Settings
from services.shared.ids import SortableIds
from services.users.audit.store import COLLECTION as AUDIT_TRAIL
from tests.gateway.matrix import CALLERS, DENIED, EXPECTED, OPERATIONS, asked_about, code_in
from tests.integration.shop import PASSWORD, PATIENCE, Shop, broken_invariants
from tests.support.stack import Stack

PARTS = "user { id } accessToken refreshToken errors { code }"
REGISTER = f"mutation M($input: RegisterInput!) {{ answer: register(input: $input) {{ {PARTS} }} }}"
LOGIN = f"mutation M($input: LoginInput!) {{ answer: login(input: $input) {{ {PARTS} }} }}"
PLACE = """mutation M($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } errors { code } } }"""
RECORDS = """query Q($actorId: ID!) {
  auditRecords(first: 100, actorId: $actorId) { edges { node { action outcome codes address } } } }"""
MOVING = {AUDIT_TRAIL, LEASES}
UNMARKED = {"sent": False, "sent_at": False}
"""A relay renews its lease, and marks what it has sent some time later."""
ORDERS_AND_PRODUCTS = "WorkflowType IN ('PlaceOrder', 'LaunchProduct')"


class People:
    """The callers of the table, each with a session on the running system."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self.sessions: dict[str, dict[str, Any]] = {}

    async def ask(self, query: str, variables: dict[str, Any], caller: str = "anonymous") -> dict[str, Any]:
        session = self.sessions.get(caller)
        headers = {"Authorization": f"Bearer {session['accessToken']}"} if session else {}
        body = {"query": query, "variables": variables}
        async with self._http.post(self._url, json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def sign_in(self) -> None:
        accounts = Settings().accounts
        for name in ("mia", "ben"):
            email = f"{SortableIds().new()}@test.example"
            await self._enter(name, REGISTER, {"email": email, "password": PASSWORD, "name": name})
        await self._log_in("ops", accounts.ops_email, accounts.ops_password)
        await self._log_in("admin", accounts.admin_email, accounts.admin_password)

    async def _log_in(self, name: str, email: str, password: SecretStr) -> None:
        await self._enter(name, LOGIN, {"email": email, "password": password.get_secret_value()})

    async def _enter(self, name: str, query: str, wish: dict[str, str]) -> None:
        answer = (await self.ask(query, {"input": wish}))["data"]["answer"]
        assert answer["errors"] == []
        self.sessions[name] = answer


async def everything(addresses: Addresses, http: aiohttp.ClientSession) -> dict[str, object]:
    """Each collection of each database but what moves by itself, the workflows, the provider's books and the mail."""
    found: dict[str, object] = {}
    mongo: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(addresses.mongo)
    for database in await mongo.list_database_names():
        for name in await mongo[database].list_collection_names() if database.startswith("caravan_") else ():
            if name not in MOVING:
                documents = await mongo[database][name].find({}, UNMARKED).sort("_id", 1).to_list(None)
                found[f"{database}.{name}"] = (len(documents), sha256(repr(documents).encode()).hexdigest())
    mongo.close()
    temporal = await Client.connect(addresses.temporal)
    found["workflows"] = (await temporal.count_workflows(ORDERS_AND_PRODUCTS)).count
    found["provider"] = await Ledger(http, addresses.payment_sandbox).entries()
    found["mail"] = mail_in(addresses.mailbox)
    return found


def mail_in(mailbox: str) -> list[str]:
    """The messages of a folder."""
    return sorted(path.name for path in Path(mailbox).glob("*"))


async def history_length(addresses: Addresses, order_id: str) -> int:
    """Grows with whatever an order's workflow is told."""
    temporal = await Client.connect(addresses.temporal)
    return (await temporal.get_workflow_handle(f"order/{order_id}").describe()).history_length


@pytest.mark.timeout(300)
async def test_on_denial_nothing_happens_anywhere(stack: Stack, shop: Shop) -> None:
    addresses = stack.addresses()
    async with aiohttp.ClientSession() as http:
        people = People(http, addresses.graphql)
        await people.sign_in()
        order_id = await placed(people, shop)
        assert await broken_invariants(addresses) == {}
        before = await everything(addresses, http), await history_length(addresses, order_id)
        mia = people.sessions["mia"]
        expected: Counter[tuple[str, str]] = Counter()
        for field, caller in denials():
            query, variables = asked_about(field, order_id, mia["refreshToken"], mia["user"]["id"])
            answer = await people.ask(query, variables, caller)
            assert code_in(answer) == EXPECTED[field][caller], (field, caller)
            if field.startswith("Mutation.") and EXPECTED[field][caller] == "FORBIDDEN":
                expected[caller, field.partition(".")[2]] += 1
        after = await everything(addresses, http), await history_length(addresses, order_id)
        assert after == before
        assert code_in(await people.ask(*OPERATIONS["Mutation.updatePreferences"], "mia")) == ""
        seen = await everything(addresses, http)
        assert "caravan_users.accounts" in {name for name, state in before[0].items() if seen[name] != state}
        assert await denied(people, "mia", "ben") == expected_of(expected, "mia", "ben")


def denials() -> list[tuple[str, str]]:
    """All that the table denies, but for sockets."""
    return [
        (field, caller)
        for field in sorted(OPERATIONS)
        for caller in CALLERS
        if EXPECTED[field][caller] in DENIED and not field.startswith("Subscription.")
    ]


async def placed(people: People, shop: Shop) -> str:
    """An order of mia's that is paid, so that nothing about it moves by itself."""
    (sku,) = await shop.products(1, stock=5)
    lines = [{"sku": sku, "quantity": 1}]
    wish = {"lines": lines, "paymentMethod": "pm_card_visa", "idempotencyKey": SortableIds().new()}
    answer = (await people.ask(PLACE, {"input": wish}, "mia"))["data"]["placeOrder"]
    assert answer["errors"] == []
    order_id: str = answer["order"]["id"]
    await shop.ops.order_in(order_id, ("CONFIRMED",), PATIENCE)
    return order_id


async def denied(people: People, *callers: str) -> Counter[tuple[str, str]]:
    """What the audit trail says that these were denied, and from where."""
    found: Counter[tuple[str, str]] = Counter()
    for caller in callers:
        actor = {"actorId": people.sessions[caller]["user"]["id"]}
        answer = await people.ask(RECORDS, actor, "admin")
        for edge in answer["data"]["auditRecords"]["edges"]:
            record = edge["node"]
            assert (record["outcome"], record["codes"]) == ("DENIED", ["FORBIDDEN"])
            assert record["address"] == "127.0.0.1"
            found[caller, record["action"]] += 1
    return found


def expected_of(denials: Counter[tuple[str, str]], *callers: str) -> Counter[tuple[str, str]]:
    """Of these callers alone: others have denials of other tests."""
    return Counter({key: count for key, count in denials.items() if key[0] in callers})


async def test_what_the_shop_did_is_in_the_trail(stack: Stack, shop: Shop) -> None:
    async with aiohttp.ClientSession() as http:
        people = People(http, stack.addresses().graphql)
        await people.sign_in()
        (sku,) = await shop.products(1, stock=5)
        adjust = 'mutation M($sku: String!) { adjustStock(sku: $sku, delta: 2, reason: "found") { errors { code } } }'
        assert code_in(await people.ask(adjust, {"sku": sku}, "admin")) == ""
        trail = """{ auditRecords(first: 5, action: "adjustStock") {
          edges { node { actorId outcome arguments { name value } finishedAt } } } }"""
        records = [edge["node"] for edge in (await people.ask(trail, {}, "admin"))["data"]["auditRecords"]["edges"]]
        (record,) = [record for record in records if {"name": "sku", "value": sku} in record["arguments"]]
        assert (record["actorId"], record["outcome"]) == (people.sessions["admin"]["user"]["id"], "DONE")
        assert record["finishedAt"]
