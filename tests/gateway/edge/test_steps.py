"""What it takes to refuse a document that was made to cost: steps of the interpreter, so that no machine is too slow.

A step is a call of a Python function, from the text to the gate's word.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import pytest
from graphql import GraphQLError

import gateway.schema
from gateway.web.documents import Documents
from gateway.web.gate import Gate, NotExecutable
from services.infra.settings import LimitsSettings
from services.shared.errors import CaravanError

SCHEMA = gateway.schema.build_schema()
LIMITS = LimitsSettings()
MOST_STEPS = 400_000


def chain(count: int, spreads: str, last: str, kind: str = "User") -> str:
    """Fragments that each spread the next one."""
    links = " ".join(f"fragment F{n} on {kind} {{ {spreads.replace('NEXT', f'...F{n + 1}')} }}" for n in range(count))
    return f"{links} fragment F{count} on {kind} {{ {last} }}"


def many(count: int, text: str) -> str:
    return " ".join(text.replace("#", str(n)) for n in range(count))


BESIDE = "fragment F# on Query { me { id name } }"
DOCUMENTS = {
    "deep": "{ me " * 100_000,
    "deep but few tokens": "{ me " * 1300 + "{ id " + "}" * 1301,
    "deep list": "{ product(sku: " + "[" * 1900 + "]" * 1900 + ") { id } }",
    "wide": "{ " + many(650, "me { id }") + " }",
    "leaves": "{ " + "__typename " * 3900 + "}",
    "100,000 aliases": "{ " + many(100_000, "a#: __typename") + " }",
    "aliases within the tokens": "{ " + many(1300, "a#: __typename") + " }",
    "cyclic": "{ me { ...F0 } } " + many(40, "fragment F# on User { ...F0 ...F1 ...F2 ...F3 ...F# }"),
    "a long cycle": "{ me { ...F0 } } " + chain(40, "id NEXT", "...F0"),
    "exponential": "{ me { ...F0 } } " + chain(48, "NEXT NEXT NEXT", "id"),
    "exponential with fields": "{ me { ...F0 } } " + chain(48, "a: id NEXT b: id NEXT", "id"),
    "exponential in inline fragments": "{ me { ...F0 } } " + chain(48, "... on User { NEXT } ... { NEXT }", "id"),
    "exponential in pages": "{ orders { edges { node { ...F0 } } } } "
    + chain(15, "lines { product { id } } NEXT NEXT", "id", "Order"),
    "fragments beside each other": "{ "
    + many(49, "...F#")
    + " } "
    + many(49, "fragment F# on Query { me { id name } }"),
    "more fragments than there may be": "{ "
    + many(400, "...F#")
    + " } "
    + many(400, "fragment F# on Query { me { id } }"),
    "operations": many(400, "query Q# { ...F }") + " fragment F on Query { me { id } }",
    "operations that may be": many(10, "query Q# { ...F }")
    + " fragment F on Query { "
    + many(90, "a#: product(sku: $v) { id }")
    + " }",
    "directives": "{ me { id " + "@include(if: true) " * 700 + "} }",
    "unknown directives": "{ me { id " + "@x " * 1900 + "} }",
    "variables": "query Q(" + many(900, "$v#: Int") + ") { me { id } }",
    "unknown fields": "{ " + many(1300, "nonsense#") + " }",
    "repeats that may be": "{ " + many(50, "me { id name email }") + " }",
    "comments": "# x\n" * 60_000 + "{ me { id } }",
    "a long name": "{ " + "a" * 200_000 + " }",
    "a long string": '{ product(sku: "' + "a" * 200_000 + '") { id } }',
    "a long block": '{ product(sku: """' + "\n  a" * 50_000 + '""") { id } }',
    "a long number": "{ products(first: " + "9" * 200_000 + ") { totalCount } }",
    "introspection in itself": "{ " + many(50, "a#: __schema { types { fields { type { name } } } }") + " }",
}


def steps(work: Callable[[], object]) -> int:
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def judge(text: str) -> None:
    prepared = Documents(SCHEMA, LIMITS, open_schema=True).prepared(text)
    Gate(SCHEMA, LIMITS, hide_suggestions=False).admit(prepared, None, {})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_made_to_cost_is_judged_in_few_steps(name: str) -> None:
    def judged() -> None:
        with suppress(GraphQLError, NotExecutable, CaravanError):
            judge(DOCUMENTS[name])

    assert steps(judged) < MOST_STEPS


def test_a_cost_takes_as_many_steps_as_the_document_is_long() -> None:
    """Each link doubles what it stands for; its steps are only added."""

    def taken(links: int) -> int:
        text = "{ orders(first: 1) { edges { node { ...F0 } } } } " + chain(links, "NEXT NEXT", "id", "Order")
        return steps(lambda: judge(text))

    link = taken(4) - taken(3)
    assert taken(8) - taken(4) < 4 * link * 1.5


def test_a_common_document_takes_few() -> None:
    text = "{ products(first: 20) { edges { node { id sku name price { amount currency } stock { available } } } } }"
    documents, gate = Documents(SCHEMA, LIMITS, open_schema=True), Gate(SCHEMA, LIMITS, hide_suggestions=False)
    documents.prepared(text)
    assert steps(lambda: gate.admit(documents.prepared(text), None, {})) < 300
