"""The gateway over real connections to its services: one that hangs or is gone, the request's time, and its trace."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from gateway.auth import keys_of
from gateway.cache_composition import Stores
from gateway.composition import assemble
from gateway.limits.ports import Unlimited
from gateway.throttle.memory import MemoryCounters
from gateway.web.transport.deadline import GRACE
from services.catalog import api as catalog_api
from services.catalog.client import CatalogClient
from services.catalog.ports import Catalog
from services.infra.calls.sender import Line, connections
from services.infra.http import Caller
from services.infra.identity.access_tokens import AccessTokens, access_token_rules
from services.infra.identity.entry import Entry
from services.infra.identity.key_ring import KeyRing
from services.infra.settings import GatewaySettings, Settings
from services.inventory import api as inventory_api
from services.inventory.client import InventoryClient
from services.inventory.ports import Inventory
from services.orders import api as orders_api
from services.orders.client import OrdersClient
from services.orders.ports import Orders
from tests.gateway.world import JSON, RULES, Wire, World, build_world
from tests.support.http import serving
from tests.support.identity import IDENTITY
from tests.support.identity import entry as known_callers

WITHIN = 1.0
ORDER = """query O($id: ID!) { order(id: $id) { id status total { amount }
  lines { sku name product { name stock { available } } } } }"""
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@dataclass
class House:
    """A gateway whose catalogue, inventory and orders are behind HTTP, and an order of mia's."""

    world: World
    order_id: str


@asynccontextmanager
async def housed(world: World) -> AsyncIterator[House]:
    """Serves them, each at an address of its own."""
    order_id = await world.placed()
    shop, settings = world.shop, Settings().model_copy(update={"gateway": GatewaySettings(answer_within=WITHIN)})
    ring = KeyRing(keys_of(shop.users), shop.clock, timedelta(hours=1))
    actors = AccessTokens(ring, access_token_rules(RULES.issuer, RULES.audience), shop.clock)
    entry = Entry(callers=known_callers().callers, actors=actors)
    async with (
        serving(catalog_api.router(shop.catalog, entry)) as catalog,
        serving(inventory_api.router(shop.inventory, entry)) as inventory,
        serving(orders_api.router(shop.orders, entry)) as orders,
        connections() as session,
    ):
        line = Line(session=session, identity=IDENTITY, timeout=WITHIN)
        backends = replace(
            world.backends,
            catalog=CatalogClient(Caller(line, catalog, "catalog", Catalog)),
            inventory=InventoryClient(Caller(line, inventory, "inventory", Inventory)),
            orders=OrdersClient(Caller(line, orders, "orders", Orders)),
        )
        stores = Stores(budget=Unlimited(), counters=MemoryCounters())
        app = assemble(settings, backends, shop.clock, line, stores=stores)
        yield House(replace(world, wire=Wire(app), backends=backends), order_id)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with housed(await build_world()) as house:
        yield house


@pytest.mark.parametrize("already_gone", [0, WITHIN * 0.6])
async def test_a_service_that_hangs_costs_its_own_fields_and_the_deadline(house: House, already_gone: float) -> None:
    world = house.world
    world.shop.watched["orders"].takes["visible_orders"] = already_gone
    world.shop.watched["inventory"].hangs.add("stock_of")
    loop = asyncio.get_running_loop()
    started = loop.time()
    answer = await world.ask(ORDER, {"id": house.order_id}, "mia")
    assert loop.time() - started < WITHIN + GRACE
    order = answer["data"]["order"]
    assert (order["status"], [line["product"]["name"] for line in order["lines"]]) == ("CONFIRMED", ["Ink", "Pen"])
    assert [error["path"] for error in answer["errors"]] == [
        ["order", "lines", line, "product", "stock"] for line in (0, 1)
    ]


async def test_a_service_that_keeps_hanging_costs_no_more_time(house: House) -> None:
    world = house.world
    world.shop.watched["inventory"].hangs.add("stock_of")
    query = '{ product(sku: "ink") { name stock { available } } }'
    loop, took = asyncio.get_running_loop(), WITHIN
    async with asyncio.timeout(20):
        while took > WITHIN / 2:
            started = loop.time()
            answer = await world.ask(query)
            took = loop.time() - started
            assert answer["data"]["product"]["name"] == "Ink"
            assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    world.shop.watched["inventory"].hangs.clear()
    async with asyncio.timeout(20):
        while "errors" in await world.ask(query):  # noqa: ASYNC110 (that it is tried again is seen by asking)
            await asyncio.sleep(0.05)


async def test_what_calls_came_to_is_in_the_gateways_numbers(house: House) -> None:
    await house.world.ask('{ product(sku: "ink") { stock { available } } }')
    text = (await house.world.wire.send("GET", "/metrics")).body.decode()
    for service, operation in (("catalog", "products_by_sku"), ("inventory", "stock_of")):
        labels = f'operation="{operation}",outcome="ok",service="{service}"'
        assert f"caravan_internal_calls_total{{{labels}}} 1.0" in text
        assert f'caravan_internal_call_seconds_count{{operation="{operation}",service="{service}"}} 1.0' in text


@pytest.mark.parametrize(
    ("header", "goes_on"), [(TRACEPARENT, True), (TRACEPARENT.upper(), False), ("00-x-y-z\r\nX-Evil: 1", False)]
)
async def test_a_request_is_one_trace_in_all_that_it_calls(house: House, header: str, *, goes_on: bool) -> None:
    called = [house.world.shop.watched[name] for name in ("catalog", "inventory")]
    for watched in called:
        watched.traces.clear()
    query = b'{"query": "{ product(sku: \\"ink\\") { stock { available } } }"}'
    await house.world.wire.send("POST", "/graphql", query, JSON | {"traceparent": header})
    (trace,) = {trace for watched in called for trace in watched.traces}
    assert isinstance(trace, str)
    assert (trace == TRACE) == goes_on


async def test_what_a_request_changes_is_told_with_its_trace(house: House) -> None:
    patch = 'mutation { updateProduct(id: "ink", input: {name: "Blue ink"}) { errors { code } } }'
    headers = JSON | {"traceparent": TRACEPARENT, "authorization": f"Bearer {house.world.tokens['ops']}"}
    body = json.dumps({"query": patch}).encode()
    answer = await house.world.wire.send("POST", "/graphql", body, headers)
    assert answer.json["data"]["updateProduct"]["errors"] == []
    event = house.world.shop.products.events[-1]
    assert str(event.origin.traceparent).startswith(f"00-{TRACE}-")
