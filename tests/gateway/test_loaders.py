"""A list of fifty costs as many calls of services as a list of one, whatever is asked about its items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
)
from graphql.type import GraphQLField, is_required_argument

from gateway.context import LARGEST_BATCH, Loaders
from gateway.schema import build_schema
from gateway.standins import is_list
from tests.deadletters.makers import found, headers
from tests.gateway.edge.settings import limited
from tests.gateway.world import World, build_world
from tests.notifications.campaigns.makers import CONTENT, a_campaign
from tests.notifications.makers import a_message

MANY = 50
SCHEMA = build_schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A list at the root, and the calls that all of its fields cost, on a page of any length.

    Attributes:
        per_item: what the workflow engine is asked for each item: it answers for one at a time.
    """

    arguments: str = ""
    calls: Mapping[str, int]
    engine: Mapping[str, int] = field(default_factory=dict)
    per_item: tuple[str, ...] = ()


LISTS: dict[str, Row] = {
    "products": Row(
        calls={
            "catalog.list_products": 1,
            "catalog.count_products": 1,
            # what is on the page, and what is bought with it
            "inventory.stock_of": 2,
            "recommendations.bought_together": 1,
            "catalog.products_by_sku": 1,
        }
    ),
    "orders": Row(
        calls={
            "orders.list_orders": 1,
            "users.visible_users": 1,
            "payments.visible_payments": 1,
            # what was ordered, and what is bought with it
            "catalog.products_by_sku": 2,
            "inventory.stock_of": 2,
            "recommendations.bought_together": 1,
        },
        per_item=("describe", "steps"),
    ),
    "stockAdjustments": Row(
        arguments='sku: "ink", ', calls={"inventory.stock_adjustments": 1, "users.visible_users": 1}
    ),
    "deadLetters": Row(
        calls={"deadletters.list_letters": 1, "deadletters.count_letters": 1, "deadletters.contents_of": 1},
        per_item=("describe",),
    ),
    "notifications": Row(calls={"notifications.list_messages": 1}),
    "campaigns": Row(calls={"campaigns.list_campaigns": 1}, per_item=("describe",)),
    "auditRecords": Row(calls={"audit.list_records": 1, "users.visible_users": 1}),
    "workflows": Row(calls={}, engine={"list_runs": 1}, per_item=("describe", "steps")),
}

WHOLE = {"deadLetterGroups", "recommendations", "schedules"}
"""Lists that come whole, by the same calls however long they are; they are no pages."""


def everything(kind: GraphQLOutputType, on_the_way: frozenset[str] = frozenset()) -> str:
    """All fields below a type, but for those that lead back to a type on the way."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    assert isinstance(named, GraphQLObjectType)
    inner = on_the_way | {named.name}
    parts = [
        f"{name} {everything(about.type, inner)}"
        for name, about in named.fields.items()
        if get_named_type(about.type).name not in inner and not any(map(is_required_argument, about.args.values()))
    ]
    return "{ " + " ".join(parts) + " }"


def root_lists(schema: GraphQLSchema) -> set[str]:
    """The lists that can be asked for at the root."""

    def listed(about: GraphQLField) -> bool:
        kind = about.type.of_type if isinstance(about.type, GraphQLNonNull) else about.type
        return is_list(about) or is_list_type(kind)

    assert schema.query_type
    return {name for name, about in schema.query_type.fields.items() if listed(about)}


def query_of(name: str, size: int) -> str:
    """Everything of a list's first page."""
    assert SCHEMA.query_type
    asked = everything(SCHEMA.query_type.fields[name].type)
    return f"{{ {name}({LISTS[name].arguments}first: {size}) {asked} }}"


@pytest.fixture
async def busy() -> World:
    """Fifty products, each ordered once, by two customers; fifty adjustments of a stock, by two people.

    And fifty dead letters, each of another order, fifty campaigns, and fifty messages to the one who asks.
    """
    world = await build_world(settings=limited(cost=10**6))
    await world.shop.stock_up(*(f"s{number}" for number in range(MANY)))
    adjust = 'mutation { adjustStock(sku: "ink", delta: 1, reason: "found") { errors { code } } }'
    for number in range(MANY):
        lines = [{"sku": f"s{number}", "quantity": 1}, {"sku": "ink", "quantity": 1}]
        await world.placed(("mia", "ben")[number % 2], idempotencyKey=f"k{number}", lines=lines)
        await world.shop.past.bought({(f"s{number}", f"s{(number + 1) % MANY}", "ink", "pen"): 2})
        await world.ask(adjust, {}, ("ops", "admin")[number % 2])
    records = [found(number, headers=headers(number, ce_correlationid=f"o{number}")) for number in range(MANY)]
    await world.shop.letter_service.take_in(records)
    for number in range(MANY):
        message = a_message(f"e{number}", world.ids["admin"], queued=timedelta(seconds=number))
        await world.shop.message_store.insert([message])
        await world.shop.campaign_store.insert(a_campaign(f"c{number}", number), CONTENT)
    return world


def test_every_list_has_a_row() -> None:
    assert root_lists(SCHEMA) == set(LISTS) | WHOLE


@pytest.mark.parametrize("name", sorted(LISTS))
async def test_a_page_of_one_and_a_page_of_fifty_are_the_same_calls(busy: World, name: str) -> None:
    row = LISTS[name]
    for size in (1, MANY):
        busy.forget()
        answer = await busy.ask(query_of(name, size), {}, "admin")
        assert "errors" not in answer
        assert len(answer["data"][name]["edges"]) == size
        assert busy.called() == row.calls
        assert dict(busy.engine.calls) == {**row.engine, **dict.fromkeys(row.per_item, size)}


@pytest.mark.parametrize("size", [1, MANY])
async def test_the_engine_is_asked_for_nothing_that_the_order_knows(busy: World, size: int) -> None:
    busy.forget()
    query = f"{{ orders(first: {size}) {{ edges {{ node {{ id status history {{ at }} workflow {{ id }} }} }} }} }}"
    assert "errors" not in await busy.ask(query, {}, "mia")
    assert (busy.called(), dict(busy.engine.calls)) == ({"orders.list_orders": 1}, {})


async def test_fifty_orders_by_id_are_one_call(world: World) -> None:
    ids = [await world.placed(idempotencyKey=f"k{n}", lines=[{"sku": "ink", "quantity": 1}]) for n in range(MANY)]
    world.forget()
    query = "{ " + " ".join(f'o{n}: order(id: "{order_id}") {{ id }}' for n, order_id in enumerate(ids)) + " }"
    answer = await world.ask(query, {}, "mia")
    assert [order["id"] for order in answer["data"].values()] == ids
    assert world.called() == {"orders.visible_orders": 1}


async def test_more_keys_than_a_call_may_have_are_asked_for_in_further_calls(world: World) -> None:
    world.forget()
    skus = [f"s{number}" for number in range(LARGEST_BATCH + 1)]
    found: list[Any] = await Loaders(world.backends, None).product_by_sku.load_many([*skus, "ink", "ink"])
    assert [product and product.sku for product in found[-2:]] == ["ink", "ink"]
    assert set(found[:-2]) == {None}
    assert world.called() == {"catalog.products_by_sku": 2}


async def test_nothing_loaded_for_one_request_is_shown_to_the_next(world: World) -> None:
    query = '{ product(sku: "ink") { stock { available } } }'
    before = await world.ask(query)
    await world.placed()
    after = await world.ask(query)
    shown = [answer["data"]["product"]["stock"]["available"] for answer in (before, after)]
    assert shown == [100, 98]
