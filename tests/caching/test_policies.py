"""Which operations may be given a kept answer: every field that is served has been decided about, none by omission."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLUnionType, get_named_type, parse

from gateway.caching.plans import Plan, plan_of
from gateway.caching.policies import NEVER, NEVER_TYPES, POLICIES, Policy, Scope
from gateway.guard import OPEN, served_fields
from gateway.limits.measures import operations_of
from gateway.permissions import PERMISSIONS, Access
from gateway.schema import build_schema

SCHEMA = build_schema()


def plan(query: str) -> Plan | None:
    document = parse(query)
    return plan_of(SCHEMA, document, operations_of(document)[0])


def policy(query: str) -> Policy | None:
    found = plan(query)
    return found.policy if found else None


def test_every_served_field_has_a_policy_or_is_named_as_never_cached() -> None:
    undecided, twice = [], []
    for kind, name, _ in served_fields(SCHEMA):
        field = f"{kind.name}.{name}"
        decisions = [field in POLICIES, field in NEVER, kind.name in NEVER_TYPES]
        undecided += [field] * (not any(decisions))
        twice += [field] * (sum(decisions) > 1)
    assert (undecided, twice) == ([], [])


def test_the_tables_name_only_what_is_served() -> None:
    served = {f"{kind.name}.{name}" for kind, name, _ in served_fields(SCHEMA)}
    assert set(POLICIES) | NEVER <= served
    assert {kind.name for kind, _, _ in served_fields(SCHEMA)} >= NEVER_TYPES


def test_what_only_staff_may_see_is_never_kept_and_what_all_may_is_public() -> None:
    for field, row in POLICIES.items():
        access = PERMISSIONS[field]
        assert access not in {Access.OPS, Access.ADMIN, Access.OPS_OR_NULL}, field
        if row.scope is Scope.PUBLIC:
            assert access in OPEN, field


def test_every_object_is_of_the_type_that_its_field_says() -> None:
    """The plan of an operation relies on it."""
    kinds = {get_named_type(about.type) for _, _, about in served_fields(SCHEMA)}
    assert not [kind.name for kind in kinds if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)]


@pytest.mark.parametrize(
    ("query", "max_age", "scope"),
    [
        ("{ products { edges { node { id } } } }", 60, Scope.PUBLIC),
        ("{ products { edges { node { id stock { sku } } } } }", 10, Scope.PUBLIC),
        ("{ products { totalCount } me { id } }", 30, Scope.PRIVATE),
        ("{ me { id } orders { edges { cursor } } }", 10, Scope.PRIVATE),
        (
            "{ a: product(sku: $s) { ...F } } fragment F on Product { stock { ...G } } fragment G on Stock { sku }",
            10,
            0,
        ),
        ('{ product(sku: "a") { ... on Node { id } ... { stock { sku } } } }', 10, Scope.PUBLIC),
        ("{ products { edges { node { boughtTogether { product { stock { sku } } } } } } }", 10, Scope.PUBLIC),
        ("{ recommendations { product { id } } }", 60, Scope.PRIVATE),
        ("{ __typename products { __typename totalCount } }", 60, Scope.PUBLIC),
        # a field that a directive may leave out counts all the same
        ("query Q($x: Boolean!) { products { totalCount } me @include(if: $x) { id } }", 30, Scope.PRIVATE),
    ],
)
def test_the_strictest_field_decides(query: str, max_age: float, scope: Scope) -> None:
    found = policy(query)
    assert found is not None
    assert (found.max_age, found.scope) == (max_age, scope)


@pytest.mark.parametrize(
    "query",
    [
        "{ order(id: 1) { id workflow { id } } }",
        "{ order(id: 1) { ... on Node { ... on Order { workflow { id } } } } }",
        "query Q($x: Boolean = false) { order(id: 1) { id workflow @include(if: $x) { id } } }",
        "{ products { totalCount } notifications { edges { cursor } } }",
        "{ products { totalCount } __schema { types { name } } }",
        '{ products { totalCount } __type(name: "Product") { name } }',
        "{ schedules { id } }",
        "{ __typename }",
        "mutation { logout(refreshToken: 1) { errors { code } } }",
        "subscription { stockChanged(skus: []) { sku } }",
    ],
)
def test_no_answer_is_kept_to_what_holds_an_uncached_field(query: str) -> None:
    assert plan(query) is None


SAME = [
    ("{ products { totalCount } }", "query Named { products { totalCount } } # a comment"),
    ("{ products(first: 2, sort: NAME) { totalCount } }", "{ products(sort: NAME, first: 2) { totalCount } }"),
    (
        '{ products(filter: {search: "a", category: "b"}) { totalCount } }',
        '{ products(filter: {category: """b""", search: "a"}) { totalCount } }',
    ),
    (
        "query A($n: Int) { products(first: $n) { totalCount } }",
        "query B($first: Int! = 3) { products(first: $first) { totalCount } }",
    ),
    (
        "{ me { ...F } } fragment F on User { id name }",
        "{ me { ...Other } } fragment Other on User { ... on Node { id } ... { name } }",
    ),
    ("{ me { id ... on Node { ... on Product { sku } } } }", "{ me { id } }"),
    ("query Q { me { id } } query Other { __typename }", "{ me { id } }"),
]

DIFFERENT = [
    ("{ me { id name } }", "{ me { name id } }"),
    ("{ me { id } }", "{ me { a: id } }"),
    ("{ me { id } }", "{ also: me { id } }"),
    ("{ products(first: 2) { totalCount } }", "{ products(first: 3) { totalCount } }"),
    ('{ products(after: "NAME") { totalCount } }', "{ products(sort: NAME) { totalCount } }"),
    ('{ product(sku: "a") { id } }', '{ product(id: "a") { id } }'),
    (
        "query Q($a: String, $b: String) { x: product(sku: $a) { id } y: product(sku: $b) { id } }",
        "query Q($a: String, $b: String) { x: product(sku: $b) { id } y: product(sku: $b) { id } }",
    ),
    (
        "query Q($x: Boolean!) { me { id name @include(if: $x) } }",
        "query Q($x: Boolean!) { me { id name @skip(if: $x) } }",
    ),
    ("query Q($x: Boolean!) { me { id ...F @include(if: $x) } } fragment F on User { name }", "{ me { id name } }"),
    ("{ me { id ... on Node { ... on Product { sku } } } }", "{ me { id sku: name } }"),
]


def form(query: str) -> bytes:
    found = plan(query)
    assert found is not None
    return found.form.text


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_answered_alike_has_one_form(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_answered_otherwise_has_another(one: str, other: str) -> None:
    assert form(one) != form(other)
