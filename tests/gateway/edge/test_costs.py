"""What an operation costs: known before it is executed, with the sizes of its lists, and told in every answer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_operation_ast,
    parse,
)

import gateway.schema
from gateway.errors import RateLimited, TooComplex
from gateway.limits.costs import cost_of, is_list, size_rule
from gateway.limits.inputs import check_lengths
from gateway.limits.sizes import SIZES, WEIGHTS
from gateway.web.gate import NOT_EXECUTED
from services.infra.settings import LimitsSettings
from tests.gateway.edge.settings import limited
from tests.gateway.world import JSON, World, build_world

MOST = LimitsSettings().cost
SERVED = gateway.schema.build_schema()
SMALL = build_schema("""
type Query { things(first: Int = 20): ThingConnection! some(first: Int = 5): [Thing!]! plain: Thing all: [Thing!]! }
type ThingConnection { edges: [ThingEdge!]! count: Int! }
type ThingEdge { node: Thing! }
type Thing { id: ID! errors: [UserError!]! }
type UserError { code: String! }
""")
ROOT = 5
PAGE = 100


def points(query: str, variables: Mapping[str, Any] | None = None, schema: GraphQLSchema = SMALL) -> int:
    document = parse(query)
    operation = get_operation_ast(document)
    assert operation
    return cost_of(schema, document, operation, variables or {}, 100)


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", ROOT),
        ("{ plain { id } }", ROOT + 1),
        ("{ plain { ... on Thing { id } ... @include(if: true) { a: id } } }", ROOT + 2),
        ("{ things { count } }", ROOT + 1),
        # the list, and for each edge: itself, its node, the node's id
        ("{ things(first: 10) { edges { node { id } } } }", ROOT + 1 + 10 * 3),
        ("{ things { edges { node { id } } } }", ROOT + 1 + 20 * 3),
        ("{ things(first: null) { edges { node { id } } } }", ROOT + 1 + 20 * 3),
        ("{ some { id } }", ROOT + 5 * 2),
        ("{ some(first: 7) { id } }", ROOT + 7 * 2),
        ("{ plain { errors { code } } }", ROOT + 1 + 20 * 2),
        # a list that nobody has given a size is taken for the longest page
        ("{ all { id } }", ROOT + 100 * 2),
        (
            """{ things(first: 2) { ...P ...P } } fragment T on Thing { id }
            fragment P on ThingConnection { count edges { node { ...T } } }""",
            ROOT + 2 * (1 + 1 + 2 * 3),
        ),
    ],
)
def test_a_cost_is_the_fields_times_the_sizes_of_their_lists(query: str, cost: int) -> None:
    assert points(query) == cost


@pytest.mark.parametrize(
    ("head", "variables", "edges"),
    [
        ("query($n: Int)", {"n": 3}, 3),
        ("query($n: Int)", {}, 20),
        ("query($n: Int)", {"n": None}, 20),
        ("query($n: Int)", {"n": 90.0}, 90),
        ("query($n: Int = 4)", {}, 4),
        ("query($n: Int = 4)", {"n": 9}, 9),
    ],
)
def test_a_page_by_a_variable_counts(head: str, variables: dict[str, Any], edges: int) -> None:
    assert points(head + "{ things(first: $n) { edges { node { id } } } }", variables) == ROOT + 1 + edges * 3


def test_every_list_of_the_schema_has_a_size() -> None:
    unsized = [
        f"{kind.name}.{name}"
        for kind in SERVED.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for name, about in kind.fields.items()
        if is_list(about.type) and size_rule(kind, name, about) is None
    ]
    assert unsized == [], "give them a row in gateway/limits/sizes.py"


def test_every_connection_takes_first() -> None:
    pages = [
        (f"{kind.name}.{name}", "first" in about.args)
        for kind in SERVED.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, about in kind.fields.items()
        if str(about.type).rstrip("!").endswith("Connection")
    ]
    assert pages
    assert all(paged for _, paged in pages), pages


@pytest.mark.parametrize("page", [0, -1, 101, 2**31 - 1])
async def test_a_page_of_another_length_is_refused_before_anything_is_executed(world: World, page: int) -> None:
    for query in (
        f"{{ products(first: {page}) {{ totalCount }} }}",
        "query($n: Int) { products(first: $n) { __typename } }",
    ):
        answer = await world.ask(query, {"n": page} if "$n" in query else {})
        assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["first"]}
        assert "data" not in answer
    assert world.shop.counted() == {}


async def test_a_page_of_a_hundred_is_answered(world: World) -> None:
    assert "errors" not in await world.ask("{ products(first: 100) { totalCount } }")


async def test_the_cost_at_the_limit_passes_and_one_point_more_is_refused() -> None:
    query = "{ products(first: 10) { edges { node { id } } } }"
    cost = points(query, schema=SERVED)
    world = await build_world(settings=limited(cost=cost))
    passing = await world.ask(query)
    assert "errors" not in passing
    assert passing["extensions"] == told(cost, cost)
    world.forget()
    answer = await world.ask("{ products(first: 10) { __typename edges { node { id } } } }")
    assert answer["errors"][0]["extensions"] == {"code": "QUERY_TOO_COMPLEX"}
    assert f"costs {cost + 1} points; an operation may cost at most {cost}" in answer["errors"][0]["message"]
    assert answer["extensions"] == told(cost + 1, cost)
    assert world.shop.counted() == {}


def told(cost: int, most: int = MOST) -> dict[str, Any]:
    return {"cost": {"requestedQueryCost": cost, "maximumAvailable": most}}


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ me { id } }", ROOT + 1),
        ("{", NOT_EXECUTED),
        ("{ nothing }", NOT_EXECUTED),
        ("{ orders { edges { cursor } } }", PAGE + 1 + 20 * 2),
        ("query($n: Int!) { products(first: $n) { totalCount } }", NOT_EXECUTED),
    ],
)
async def test_the_cost_is_told_in_every_answer(world: World, query: str, cost: int) -> None:
    assert (await world.ask(query))["extensions"] == told(cost)


async def test_a_document_that_is_sent_again_costs_by_what_comes_with_it(world: World) -> None:
    document = "query Some($n: Int) { products(first: $n) { edges { cursor } } } query One { me { id } }"

    async def cost(name: str, **variables: int) -> int:
        body = json.dumps({"query": document, "operationName": name, "variables": variables}).encode()
        answer = await world.wire.send("POST", "/graphql", body, JSON)
        points: int = answer.json["extensions"]["cost"]["requestedQueryCost"]
        return points

    one, many = await cost("Some", n=1), await cost("Some", n=100)
    assert many > one
    assert await cost("Some", n=1) == one
    small = await cost("One")
    assert small < one
    assert await cost("One") == small


async def test_the_cost_is_told_to_who_sends_no_operation(world: World) -> None:
    response = await world.wire.send("POST", "/graphql", b"{", JSON)
    assert response.json["extensions"] == told(0)


class Purse:
    """A budget that says no once it is told to, and remembers what was spent."""

    def __init__(self) -> None:
        self.spent: list[tuple[str, int]] = []
        self.empty = False

    async def spend(self, identity: str, cost: int) -> None:
        self.spent.append((identity, cost))
        if self.empty:
            raise RateLimited(2.1)


async def test_a_budget_is_asked_before_anything_is_executed() -> None:
    purse = Purse()
    world = await build_world(budget=purse)
    await world.ask("{ me { id } }")
    await world.ask("{ me { id } }", {}, "mia")
    await world.ask("{ nothing }")
    nobody = "address:127.0.0.1"
    assert purse.spent == [(nobody, 6), (f"user:{world.ids['mia']}", 6), (nobody, NOT_EXECUTED)]
    purse.empty = True
    world.forget()
    answer = await world.ask("{ products { totalCount } }")
    assert answer["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 3}
    assert world.shop.counted() == {}


async def test_who_asks_too_often_hears_when_to_come_again() -> None:
    purse = Purse()
    purse.empty = True
    world = await build_world(budget=purse)
    headers = JSON | {"accept": "application/graphql-response+json"}
    response = await world.wire.send("POST", "/graphql", b'{"query": "{ __typename }"}', headers)
    assert (response.status, response.headers["retry-after"]) == (429, "3")


LISTS = build_schema("""
type Query { a(ids: [ID!], of: Box, lines: PlaceOrderInput): Int }
input Box { ids: [ID!] boxes: [Box!] }
input PlaceOrderInput { lines: [Box!] }
""")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ids", ["x"]),
        ("of", {"ids": ["x"]}),
        ("of", {"boxes": [{"ids": ["x"]}]}),
        ("lines", {"lines": [{"ids": ["x"]}]}),
    ],
)
def test_a_list_of_the_input_is_as_long_as_it_may_be_and_no_longer(name: str, value: Any) -> None:  # noqa: ANN401 (JSON)
    assert LISTS.query_type
    kind = LISTS.query_type.fields["a"].args[name].type
    check_lengths(kind, grown(value, 3), 3)
    with pytest.raises(TooComplex, match="at most 3 items"):
        check_lengths(kind, grown(value, 4), 3)


def grown(value: Any, count: int) -> Any:  # noqa: ANN401 (JSON)
    if value == ["x"]:
        return value * count
    if isinstance(value, dict):
        return {name: grown(inner, count) for name, inner in value.items()}
    return [grown(inner, count) for inner in value]


def test_a_list_written_into_the_document_or_sent_in_variables_is_counted() -> None:
    for query, variables in [
        ("{ a(ids: [" + '"x" ' * 101 + "]) }", {}),
        ("query($v: [ID!]) { a(ids: $v) }", {"v": ["x"] * 101}),
        ("query($v: [ID!] = [" + '"x" ' * 101 + "]) { a(ids: $v) }", {}),
        ("query($v: [ID!]) { a(of: {ids: $v}) }", {"v": ["x"] * 101}),
    ]:
        with pytest.raises(TooComplex):
            points(query, variables, LISTS)
    assert points("query($v: [ID!]) { a(ids: $v) }", {"v": ["x"] * 100}, LISTS) == ROOT


def test_what_its_own_field_judges_may_be_longer() -> None:
    assert points("query($v: PlaceOrderInput) { a(lines: $v) }", {"v": {"lines": [{}] * 500}}, LISTS) == ROOT


def test_the_tables_name_what_there_is() -> None:
    """A row for a field that is gone would price nothing; fields still to come are the contract's."""
    contract = build_schema((Path(__file__).parents[2] / "contract" / "schema.graphql").read_text())
    known = {
        f"{kind.name}.{name}"
        for schema in (SERVED, contract)
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name in kind.fields
    }
    assert {row for row in (*SIZES, *WEIGHTS) if "__" not in row} <= known | {"Mutation.changePassword"}


def test_every_page_is_priced_as_the_search_that_it_is() -> None:
    assert SERVED.query_type
    lists = {name for name, about in SERVED.query_type.fields.items() if "first" in about.args}
    assert {name for name in lists if WEIGHTS.get(f"Query.{name}", 0) < PAGE} == set()
    fifty = " ".join(f"a{number}: products(first: 1) {{ edges {{ cursor }} }}" for number in range(50))
    assert points(f"{{ {fifty} }}", schema=SERVED) >= 50 * PAGE
