"""Request bodies made from the served schema: valid operations, operations with one mistake, and known ones bent."""

import copy
import operator
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    StringValueNode,
    Visitor,
    print_ast,
    print_schema,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes

from gateway.schema import build_schema
from tests.gateway.matrix import OPERATIONS, asked_about

Body = dict[str, Any]

with warnings.catch_warnings():
    # The schema is described with Graphene's names.
    SCHEMA = print_schema(build_schema())

MOMENTS = st.sampled_from(
    ["2026-11-22T21:04:05.123Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-13-45T99:99:99Z", "now", ""]
) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
AMOUNTS = st.sampled_from(
    ["19.99", "0", "-1", "1e9", "1E+400", "NaN", "Infinity", "-0", "0.001", "9" * 40, "١٢", " 1", ""]
) | st.decimals().map(str)
SCALARS = {"DateTime": MOMENTS.map(nodes.String), "Decimal": AMOUNTS.map(nodes.String)}

NARROWING = frozenset({"filter", "after", "status", "customerId", "first"})
"""Arguments that may be left out, and with any value of which hardly anything is found."""

HOSTILE = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "$where",
    "$ne",
    "{$gt: ''}",
    "__proto__",
    "a.b",
    "\r\nSet-Cookie: a=b",
    "../../etc/passwd",
    "%00",
    "\u202e\ufeff",
    "\ud800",
    "e\u0301" * 200,
    "x" * 5000,
    "order/",
    "order/\x00",
    "'; return true; //",
)
HUGE = (2**31 - 1, 2**31, 2**63, 2**64, -(2**31) - 1, 10**40, 1e308, -0.0, 0.5)
SCALAR_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40)
)
LEAVES = SCALAR_VALUES | st.sampled_from(HOSTILE) | st.sampled_from(HUGE)
OPERATORS = st.sampled_from(["$gt", "$ne", "$where", "$set", "$regex", "__typename", "", "a.b", "\x00"])
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(OPERATORS | st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def generated() -> st.SearchStrategy[Body]:
    """Operations that fit the schema, with whatever values its types allow."""
    return from_schema(SCHEMA, custom_scalars=SCALARS).map(lambda text: {"query": text})


class Grounding(Visitor):
    """Narrows an operation to what exists: no filters, no cursors, and these in the place of any id."""

    def __init__(self, known: str, sku: str) -> None:
        super().__init__()
        self._known = {"id": known, "sku": sku}

    def enter_argument(self, node: ArgumentNode, *_: object) -> object:
        name = node.name.value
        if name in NARROWING:
            return REMOVE
        if name in self._known and isinstance(node.value, StringValueNode):
            return ArgumentNode(name=node.name, value=StringValueNode(value=self._known[name]))
        return None


@st.composite
def grounded(draw: st.DrawFn, ids: Mapping[str, str]) -> Body:
    """Operations that fit the schema and find something, so that what is inside is resolved as well."""
    document = draw(from_schema(SCHEMA, custom_scalars=SCALARS, print_ast=lambda document: document))
    assert isinstance(document, DocumentNode)
    known = draw(st.sampled_from(sorted(ids.values())))
    return {"query": print_ast(visit(document, Grounding(known, ids["product"])))}


def mistaken() -> st.SearchStrategy[Body]:
    """Operations with one violation of the schema."""
    return from_schema(SCHEMA, custom_scalars=SCALARS, mode=Mode.NEGATIVE).map(lambda text: {"query": text})


@st.composite
def misprinted(draw: st.DrawFn) -> Body:
    """Operations in which some characters were lost, or others came in."""
    text = draw(st.sampled_from([query for query, _ in OPERATIONS.values()]))
    start = draw(st.integers(0, len(text)))
    length = draw(st.integers(0, 8))
    between = draw(
        st.text(max_size=4) | st.sampled_from(["{", "}", "...", '"""', "@skip(if: true)", "$", "\\u{110000}"])
    )
    return {"query": text[:start] + between + text[start + length :]}


@st.composite
def bent(draw: st.DrawFn, ids: Mapping[str, str]) -> Body:
    """Known operations whose good variables may have one or two values replaced by any others."""
    name = draw(st.sampled_from(sorted(OPERATIONS)))
    query, variables = asked_about(name, ids["order"], ids["token"], ids["user"])
    variables = copy.deepcopy(variables)
    if "id" in variables:
        variables["id"] = draw(st.sampled_from([*ids.values(), *(f"order/{known}" for known in ids.values())]) | JSON)
    for _ in range(draw(st.integers(0, 2))):
        places = list(_places(variables))
        if not places:
            break
        put = draw(st.sampled_from(places))
        put(draw(JSON))
    return {"query": query, "variables": variables}


def shapeless() -> st.SearchStrategy[object]:
    """What is no operation at all."""
    names = st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "id"])
    return JSON | st.dictionaries(names, JSON, max_size=4)


def bodies(ids: Mapping[str, str]) -> st.SearchStrategy[object]:
    """All of them; `ids` are of things that exist."""
    return generated() | grounded(ids) | mistaken() | misprinted() | bent(ids) | bent(ids) | shapeless()


def _places(inside: Any) -> list[Callable[[object], None]]:  # noqa: ANN401 (JSON)
    """Everything in the variables that can be replaced."""
    found: list[Callable[[object], None]] = []
    keys = range(len(inside)) if isinstance(inside, list) else list(inside) if isinstance(inside, dict) else ()
    for key in keys:
        found.append(partial(operator.setitem, inside, key))
        found += _places(inside[key])
    return found
