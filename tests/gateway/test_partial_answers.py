"""A service is away: its fields alone are UNAVAILABLE, each told by its path, and all others are answered."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType
from structlog.testing import capture_logs

from gateway.schema import build_schema
from gateway.standins import is_whole_list
from services.shared.errors import Unavailable
from tests.gateway.world import World

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
HOME = f"""query Home($order: ID!) {{
  me {{ name }}
  products(first: 2, sort: NAME) {{
    edges {{ node {{ sku name price {{ amount }} stock {{ available onHand }} }} }} totalCount {PAGE} }}
  product(sku: "ink") {{ name stock {{ available }} boughtTogether {{ reason product {{ name }} }} }}
  recommendations {{ reason product {{ name stock {{ available }} }} }}
  orders(first: 2) {{ edges {{ node {{ ...All }} }} {PAGE} }}
  order(id: $order) {{ ...All }}
  notifications(first: 2) {{ edges {{ node {{ id subject }} }} {PAGE} }}
  workflows(first: 2) {{ edges {{ node {{ id status historyLength }} }} {PAGE} }}
}}
fragment All on Order {{ id status total {{ amount }} customer {{ id name }} payment {{ status }}
  lines {{ sku name quantity product {{ name stock {{ available }} }} }} workflow {{ id status steps {{ name }} }} }}"""

STAND_IN, NULL = True, False
EVERYWHERE = ("orders.edges.0.node", "order")

GAPS: Final[Mapping[str, dict[str, bool]]] = {
    "catalog": {
        "products": STAND_IN,
        "product": NULL,
        "recommendations": STAND_IN,
        **{f"{order}.lines.{line}.product": NULL for order in EVERYWHERE for line in (0, 1)},
    },
    "inventory": {
        "products.edges.0.node.stock": STAND_IN,
        "products.edges.1.node.stock": STAND_IN,
        "product.stock": STAND_IN,
        "product.boughtTogether": STAND_IN,
        "recommendations": STAND_IN,
        **{f"{order}.lines.{line}.product.stock": STAND_IN for order in EVERYWHERE for line in (0, 1)},
    },
    "notifications": {"notifications": STAND_IN},
    "orders": {"orders": STAND_IN, "order": NULL},
    "recommendations": {"recommendations": STAND_IN, "product.boughtTogether": STAND_IN},
    "payments": {f"{order}.payment": NULL for order in EVERYWHERE},
    "users": {"me": NULL, **{f"{order}.customer": STAND_IN for order in EVERYWHERE}},
    "workflows": {
        "workflows": STAND_IN,
        **{f"{order}.workflow": STAND_IN for order in EVERYWHERE},
        **{f"{order}.workflow.steps": NULL for order in EVERYWHERE},
    },
}
"""What is not answered when a service is away, and whether something stands in its place."""


def put_away(world: World, service: str) -> None:
    """Makes every call of the service fail."""
    watched = world.engine if service == "workflows" else world.shop.watched[service]
    watched.away = Unavailable(service)


def at(data: Any, path: str) -> Any:  # noqa: ANN401 (JSON)
    """What stands at a place of an answer."""
    for step in path.split("."):
        data = data[int(step) if step.isdigit() else step]
    return data


def without(data: Any, gaps: set[str], place: str = "") -> Any:  # noqa: ANN401 (JSON)
    """An answer but for what stands at these places."""
    if place in gaps:
        return "gap"
    if isinstance(data, dict):
        return {name: without(value, gaps, f"{place}.{name}".lstrip(".")) for name, value in data.items()}
    if isinstance(data, list):
        return [without(value, gaps, f"{place}.{index}") for index, value in enumerate(data)]
    return data


@pytest.mark.parametrize("service", sorted(GAPS))
async def test_one_service_that_is_away_takes_its_own_fields_only(world: World, service: str) -> None:
    order = {"order": await world.placed()}
    await world.shop.past.bought({("ink", "pen"): 3})
    whole = await world.ask(HOME, order, "ops")
    assert "errors" not in whole
    put_away(world, service)
    answer = await world.ask(HOME, order, "ops")
    errors = {".".join(map(str, error["path"])): error["extensions"] for error in answer["errors"]}
    assert {place: error.get("standIn", NULL) for place, error in errors.items()} == GAPS[service]
    assert {error["code"] for error in errors.values()} == {"UNAVAILABLE"}
    assert without(answer["data"], set(GAPS[service])) == without(whole["data"], set(GAPS[service]))
    for place, stands_in in GAPS[service].items():
        assert (at(answer["data"], place) is not None) == stands_in, place


async def test_what_is_not_known_to_be_in_stock_cannot_be_bought(world: World) -> None:
    put_away(world, "inventory")
    answer = await world.ask('{ product(sku: "ink") { name stock { sku available onHand reserved } } }')
    assert answer["data"]["product"] == {
        "name": "Ink",
        "stock": {"sku": "ink", "available": 0, "onHand": 0, "reserved": 0},
    }


async def test_a_customer_is_known_by_the_id_alone(world: World) -> None:
    order = {"order": await world.placed()}
    put_away(world, "users")
    query = "query O($order: ID!) { order(id: $order) { customer { id name email roles } } }"
    answer = await world.ask(query, order, "mia")
    assert answer["data"]["order"]["customer"] == {"id": world.ids["mia"], "name": "", "email": "", "roles": []}


async def test_a_list_that_could_not_be_read_is_not_at_its_end(world: World) -> None:
    put_away(world, "catalog")
    page = '{ products(after: "c1") { edges { cursor } totalCount pageInfo { hasNextPage endCursor } } me { id } }'
    answer = await world.ask(page, {}, "mia")
    assert answer["data"]["products"] == {
        "edges": [],
        "totalCount": 0,
        "pageInfo": {"hasNextPage": True, "endCursor": "c1"},
    }
    assert answer["data"]["me"] == {"id": world.ids["mia"]}


@pytest.mark.parametrize(
    "query", ["{ products { edges { cursor } } }", "{ ...F } fragment F on Query { products { edges { cursor } } }"]
)
async def test_a_list_that_is_asked_for_alone_is_plainly_not_there(world: World, query: str) -> None:
    put_away(world, "catalog")
    answer = await world.ask(query)
    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["products"]]


async def test_a_page_is_shown_though_nobody_counts(world: World) -> None:
    world.shop.watched["catalog"].faults["count_products"] = Unavailable("catalog")
    answer = await world.ask("{ products(first: 1) { totalCount edges { node { sku } } } }")
    assert answer["data"]["products"] == {"totalCount": 1, "edges": [{"node": {"sku": "pen"}}]}
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["products", "totalCount"], {"code": "UNAVAILABLE", "standIn": True})
    ]


async def test_a_run_is_listed_though_it_cannot_be_looked_at(world: World) -> None:
    await world.placed()
    world.engine.faults["describe"] = Unavailable("workflows")
    answer = await world.ask("{ workflows { edges { node { id historyLength } } } }", {}, "ops")
    assert len(answer["data"]["workflows"]["edges"]) == 1
    assert [error["path"] for error in answer["errors"]] == [["workflows", "edges", 0, "node", "historyLength"]]


async def test_a_change_that_was_made_is_answered_though_a_neighbour_is_away(world: World) -> None:
    world.shop.watched["users"].faults["visible_users"] = Unavailable("users")
    query = """mutation P($input: PlaceOrderInput!) { placeOrder(input: $input) {
      order { status customer { id } } errors { code } } }"""
    lines = [{"sku": "ink", "quantity": 1}]
    answer = await world.ask(
        query, {"input": {"lines": lines, "paymentMethod": "pm_card_visa", "idempotencyKey": "k"}}, "mia"
    )
    order = answer["data"]["placeOrder"]["order"]
    assert order["customer"] == {"id": world.ids["mia"]}
    assert [error["path"] for error in answer["errors"]] == [["placeOrder", "order", "customer"]]


async def test_one_call_that_failed_is_one_line_of_the_log(world: World) -> None:
    put_away(world, "inventory")
    with capture_logs() as entries:
        answer = await world.ask("{ products { edges { node { stock { available } } } } }")
    assert len(answer["errors"]) == 2
    assert [entry["dependency"] for entry in entries if entry["event"] == "unavailable"] == ["inventory"]


def test_every_list_that_is_never_null_has_a_stand_in() -> None:
    """A list at the root of another shape would take the rest of the answer with it."""
    query = build_schema().query_type
    assert query
    never_null = {
        name: about.type.of_type for name, about in query.fields.items() if isinstance(about.type, GraphQLNonNull)
    }
    connections = {
        name: kind
        for name, kind in never_null.items()
        if isinstance(kind, GraphQLObjectType) and {"edges", "pageInfo"} <= set(kind.fields)
    }
    whole = {name for name, about in query.fields.items() if is_whole_list(about)}
    assert sorted(never_null) == sorted({*connections, *whole})
    assert all(kind.name.endswith("Connection") for kind in connections.values()), json.dumps(sorted(connections))
