"""How long a request takes: to its deadline, or until its client has left. Then nothing of it goes on."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from services.infra.settings import GatewaySettings, Settings
from tests.gateway.world import JSON, World, build_world

PATIENCE = 10


class Hanging:
    """Answers no call, and tells when one came and when it was cancelled."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.may_answer = asyncio.Event()

    def instead_of(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*arguments: object, **named: object) -> object:
            self.asked.set()
            try:
                await self.may_answer.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
            return await method(*arguments, **named)

        return call


async def hasty() -> World:
    """A gateway that gives its calls no time."""
    return await build_world(settings=Settings().model_copy(update={"gateway": GatewaySettings(answer_within=0.01)}))


def hang(monkeypatch: pytest.MonkeyPatch, face: object, operation: str) -> Hanging:
    hanging = Hanging()
    monkeypatch.setattr(face, operation, hanging.instead_of(getattr(face, operation)), raising=False)
    return hanging


LISTING = "{ products { totalCount } }"
BY_LOADER = '{ product(sku: "ink") { stock { available } } }'
ADJUST = 'mutation { adjustStock(sku: "ink", delta: 1, reason: "x") { stock { onHand } errors { code } } }'
CASES = [
    ("catalog", "list_products", LISTING),
    ("inventory", "stock_of", BY_LOADER),
    ("inventory", "adjust_stock", ADJUST),
]


@pytest.mark.parametrize(("service", "operation", "query"), CASES)
async def test_what_is_under_way_at_the_deadline_is_cancelled(
    monkeypatch: pytest.MonkeyPatch, service: str, operation: str, query: str
) -> None:
    world = await hasty()
    hanging = hang(monkeypatch, getattr(world.backends, service), operation)
    async with asyncio.timeout(PATIENCE):
        answer = await world.ask(query, {}, "ops")
        await hanging.cancelled.wait()
    assert answer["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert "data" not in answer
    assert answer["extensions"]["cost"]["requestedQueryCost"] > 1


@pytest.mark.parametrize(("service", "operation", "query"), CASES[:2])
async def test_a_query_whose_client_has_left_is_cancelled(
    world: World, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, query: str
) -> None:
    hanging = hang(monkeypatch, getattr(world.backends, service), operation)
    gone = asyncio.Event()
    async with asyncio.timeout(PATIENCE):
        asking = asyncio.create_task(send(world, query, gone))
        await hanging.asked.wait()
        gone.set()
        await hanging.cancelled.wait()
        await asking


async def test_a_mutation_whose_client_has_left_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = hang(monkeypatch, world.backends.inventory, "adjust_stock")
    before = world.shop.stock.stock["ink"].on_hand
    gone = asyncio.Event()
    async with asyncio.timeout(PATIENCE):
        asking = asyncio.create_task(send(world, ADJUST, gone))
        await hanging.asked.wait()
        gone.set()
        assert "errors" not in await world.ask(LISTING)
        hanging.may_answer.set()
        await asking
    assert world.shop.stock.stock["ink"].on_hand == before + 1


async def send(world: World, query: str, gone: asyncio.Event) -> None:
    headers = JSON | {"authorization": f"Bearer {world.tokens['ops']}"}
    await world.wire.send("POST", "/graphql", json.dumps({"query": query}).encode(), headers, gone)
