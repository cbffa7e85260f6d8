"""Every limit of a document at its edge: as much as may be is executed, one more is refused by name, unexecuted."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateway.edge.settings import limited
from tests.gateway.world import JSON, World, build_world

LOGIN = 'login(input: {email: "m", password: "p"}) { accessToken }'


def aliased(count: int) -> str:
    return "{ " + " ".join(f"a{n}: __typename" for n in range(count)) + " }"


def directed(count: int) -> str:
    return "{ __typename " + "... @include(if: true) { __typename } " * count + "}"


def repeated(count: int) -> str:
    return "{ " + "__typename " * (count + 1) + "}"


def repeated_inline(count: int) -> str:
    return "{ __typename " + "... on Query { __typename } " * count + "}"


def fragmented(count: int) -> str:
    return (
        "{ "
        + " ".join(f"...F{n}" for n in range(count))
        + " } "
        + " ".join(f"fragment F{n} on Query {{ __typename }}" for n in range(count))
    )


def operations(count: int) -> str:
    return " ".join(f"query Q{n} {{ __typename }}" for n in range(count))


def roots(count: int) -> str:
    return aliased(count)


def roots_in_a_fragment(count: int) -> str:
    return "{ ...F } fragment F on Query " + aliased(count)


def mutations(count: int) -> str:
    return "mutation { " + " ".join(f"a{n}: {LOGIN}" for n in range(count)) + " }"


def mutations_in_fragments(count: int) -> str:
    inside = " ".join(f"a{n}: {LOGIN}" for n in range(count - 1))
    return f"mutation {{ ...F b: {LOGIN} }} fragment F on Mutation {{ {inside} }}"


def deep(count: int) -> str:
    return LEVELS[count]


LEVELS = {
    2: "{ orders { __typename } }",
    3: "{ orders { edges { __typename } } }",
    4: "{ ...F } fragment F on Query { orders { edges { node { id } } } }",
    5: "{ orders { edges { node { lines { sku } } } } }",
}


def fields(count: int) -> str:
    return "{ ...F } fragment F on Query " + aliased(count)


CASES: list[tuple[str, Callable[[int], str], int, str]] = [
    ("aliases", aliased, 3, "aliases in a document"),
    ("directives", directed, 3, "directives in a document"),
    ("repeats", repeated, 3, "repeated fields"),
    ("repeats", repeated_inline, 3, "repeated fields"),
    ("fragments", fragmented, 3, "fragments in a document"),
    ("operations", operations, 3, "operations in a document"),
    ("root_fields", roots, 3, "root fields"),
    ("root_fields", roots_in_a_fragment, 3, "root fields"),
    ("mutations", mutations, 3, "mutations in a request"),
    ("mutations", mutations_in_fragments, 3, "mutations in a request"),
    ("fields", fields, 3, "fields in an operation"),
    ("depth", deep, 2, "levels"),
    ("depth", deep, 4, "levels"),
]


@pytest.mark.parametrize(("name", "document", "most", "words"), CASES, ids=[f"{c[0]}-{c[1].__name__}" for c in CASES])
async def test_as_much_as_may_be_passes_and_one_more_is_refused(
    name: str, document: Callable[[int], str], most: int, words: str
) -> None:
    world = await build_world(settings=limited(**{name: most}))
    operation = {"operationName": "Q0"} if name == "operations" else {}
    passing = await ask(world, document(most), operation)
    assert "errors" not in passing or passing["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    world.forget()
    refused = await ask(world, document(most + 1), operation)
    (error,) = refused["errors"]
    assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX"}
    assert f"at most {most} " in error["message"]
    assert words in error["message"]
    assert "data" not in refused
    assert world.shop.counted() == {}


async def ask(world: World, query: str, more: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"query": query} | more).encode()
    answer: dict[str, Any] = (await world.wire.send("POST", "/graphql", body, JSON)).json
    return answer


async def test_tokens_are_counted_by_the_parser() -> None:
    world = await build_world(settings=limited(tokens=5))
    assert (await world.ask("{ a: __typename }"))["data"] == {"a": "Query"}
    refused = await world.ask("{ a: __typename b: __typename }")
    assert refused["errors"][0]["message"].startswith("at most 5 tokens")


async def test_comments_are_counted_too(world: World) -> None:
    answer = await world.ask("#\n" * 501 + "{ __typename }")
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize("count", [101, 5000])
async def test_lines_of_an_order_are_refused_by_their_own_field(world: World, count: int) -> None:
    """The contract wants INVALID at `lines`, however many there are."""
    lines = [{"sku": f"s{n}", "quantity": 1} for n in range(count)]
    payload = await world.place(lines=lines)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", ["lines"])]


async def test_batches_are_not_executed(world: World) -> None:
    body = json.dumps([{"query": "{ __typename }"}, {"query": "{ __typename }"}]).encode()
    answer = (await world.wire.send("POST", "/graphql", body, JSON)).json
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "batches" in answer["errors"][0]["message"]
