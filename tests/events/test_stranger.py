"""Whoever has only the published contract reads every topic, and finds in each event the trace that it belongs to."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

import aiohttp
import pytest
from cloudevents.core.base import BaseCloudEvent

from cli.graphql_client import GraphqlClient
from cli.shop_client import ShopClient
from cli.shop_views import OrderView, OrderWish, ProductWish
from services.infra.settings import AccountsSettings, Settings
from services.shared.ids import SortableIds
from tests.events.stranger import Stranger
from tests.integration.shop import PASSWORD, PATIENCE, ended
from tests.support.stack import Stack

TRACE = "5ca1ab1e" * 4
TRACED = {"traceparent": f"00-{TRACE}-{'b' * 16}-01"}
NAME = "Wilhelmina"
SOON = 30.0

LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { user { id } accessToken refreshToken } }"
REFRESH = "mutation ($token: String!) { refreshSession(refreshToken: $token) { refreshToken } }"
PREFER = "mutation { updatePreferences(input: {promotional: false}) { errors { code } } }"
CHANGE = "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { errors { code } } }"
APPOINT = "mutation ($id: ID!) { setRoles(userId: $id, roles: [CUSTOMER, OPS]) { errors { code } } }"
FIND = "query ($sku: String!) { product(sku: $sku) { id } }"
RENAME = """mutation ($id: ID!) { updateProduct(id: $id, input: {name: "Other thing"}) { errors { code } } }"""
ARCHIVE = "mutation ($id: ID!) { archiveProduct(id: $id) { errors { code } } }"

HAPPENS = {
    "user": "registered signed-in preferences-changed password-changed session-compromised roles-changed",
    "product": "created updated archived",
    "stock": "adjusted reserved committed released",
    "order": "placed reserved confirmed shipped delivered rejected cancelled",
    "payment": "authorized captured declined voided refunded",
    "notification": "sent",
    "recommendations": "refreshed",
}
EXPECTED = {f"{aggregate}.{name}.v1" for aggregate, names in HAPPENS.items() for name in names.split()}

OF_A_DELIVERED_ORDER = {
    *("order.placed.v1", "order.reserved.v1", "order.confirmed.v1", "order.shipped.v1", "order.delivered.v1"),
    *("stock.reserved.v1", "stock.committed.v1", "payment.authorized.v1", "payment.captured.v1"),
}
TOLD_LATER = {"notification.sent.v1"}
"""Its customer is told of it while the day goes on."""


class Day:
    """A day in a shop on which everything happens once. All requests belong to one trace."""

    def __init__(self, client: GraphqlClient, accounts: AccountsSettings) -> None:
        self._client = client
        self._visitor = ShopClient(client)
        self._accounts = accounts
        self._ids = SortableIds()
        self.email = f"{self._ids.new()}@test.example"
        self.sku = f"S-{self._ids.new()[-10:].upper()}"
        self.kept = f"{self.sku}-KEPT"

    async def pass_by(self) -> dict[str, OrderView]:
        """The orders of the day, by how they ended."""
        ops = await self._visitor.login(self._accounts.ops_email, self._accounts.ops_password.get_secret_value())
        for sku in (self.sku, self.kept):
            wish = ProductWish(sku=sku, name="Thing", description="", category="Test", price="12.50", stock=5)
            assert await ops.create_product(wish)
        buyer = await self._visitor.register(self.email, PASSWORD, NAME)
        delivered, cancelled, declined = [
            await ended(buyer, await buyer.place(self._wish(method)))
            for method in ("pm_card_visa", "pm_card_visa", "pm_sandbox_captureDeclined")
        ]
        (await ops.ship(delivered.id)).accepted()
        (await ops.deliver(delivered.id)).accepted()
        (await buyer.cancel(cancelled.id)).accepted()
        await self._change_product(ops)
        await self._change_account()
        return {"delivered": delivered, "cancelled": cancelled, "declined": declined}

    def _wish(self, method: str) -> OrderWish:
        return OrderWish(lines={self.sku: 1, self.kept: 1}, key=self._ids.new(), method=method)

    async def _change_product(self, ops: ShopClient) -> None:
        client = self._client.signed_in(ops.token or "")
        product = (await client.ask(FIND, sku=self.sku))["product"]["id"]
        await client.ask(RENAME, id=product)
        await client.ask(ARCHIVE, id=product)

    async def _change_account(self) -> None:
        session = (await self._client.ask(LOGIN, input={"email": self.email, "password": PASSWORD}))["login"]
        person = self._client.signed_in(session["accessToken"])
        await person.ask(PREFER)
        turned = (await self._client.ask(REFRESH, token=session["refreshToken"]))["refreshSession"]
        await self._client.ask(REFRESH, token=turned["refreshToken"])
        # Its successor is spent by now, so it can only be a thief's.
        await self._client.ask(REFRESH, token=session["refreshToken"])
        again = (await self._client.ask(LOGIN, input={"email": self.email, "password": PASSWORD}))["login"]
        change = {"currentPassword": PASSWORD, "newPassword": "seven herons in a row"}
        await self._client.signed_in(again["accessToken"]).ask(CHANGE, input=change)
        admin = await self._visitor.login(self._accounts.admin_email, self._accounts.admin_password.get_secret_value())
        await self._client.signed_in(admin.token or "").ask(APPOINT, id=session["user"]["id"])


@pytest.fixture
async def day(stack: Stack) -> AsyncIterator[Day]:
    async with aiohttp.ClientSession(headers=TRACED) as http:
        client = GraphqlClient(http, stack.addresses().graphql, patience=PATIENCE)
        yield Day(client, Settings().accounts)


def traces_of(events: Iterable[BaseCloudEvent], order_id: str) -> dict[str, str]:
    """The traces of what belongs to an order, by type."""
    told = [event.get_attributes() for event in events]
    return {each["type"]: each["traceparent"] for each in told if each["correlationid"] == order_id}


def first_sequences(events: Sequence[BaseCloudEvent]) -> dict[tuple[str, str], list[int]]:
    """Of each aggregate, without the repetitions that delivery at least once may bring."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for event in events:
        attributes = event.get_attributes()
        place = (attributes["source"], attributes["subject"])
        found[place].setdefault(attributes["id"], int(attributes["sequence"]))
    return {place: list(by_id.values()) for place, by_id in found.items()}


@pytest.mark.timeout(300)
async def test_a_stranger_reads_every_topic_by_the_contract_alone(stack: Stack, day: Day) -> None:
    async with Stranger(stack.addresses().kafka) as stranger:
        assert stranger.partitions() == stranger.promised_partitions()
        orders = await day.pass_by()
        await stranger.read_until_told(EXPECTED, SOON)

    delivered = traces_of(stranger.events, orders["delivered"].id)
    assert set(delivered) - TOLD_LATER == OF_A_DELIVERED_ORDER
    for order in orders.values():
        traces = traces_of(stranger.events, order.id)
        assert {trace.split("-")[1] for trace in traces.values()} == {TRACE}, traces
    for sequences in first_sequences(stranger.events).values():
        assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    text = " ".join(f"{each.get_attributes()} {each.get_data()!r}" for each in stranger.events)
    assert [personal for personal in (day.email, NAME) if personal in text] == []
