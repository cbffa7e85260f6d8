"""The table of permissions and the served schema name the same fields, and what is not for everybody is guarded."""

import pytest
from graphql import (
    ExecutionResult,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    execute,
    get_named_type,
    parse,
)

import gateway.guard
from gateway.context import Loaders, RequestContext
from gateway.guard import OWNERS, served_fields
from gateway.permissions import FIELDS, PERMISSIONS, ROOTS, Access
from gateway.schema import build_schema
from services.shared.actors import Actor, Role
from tests.gateway.world import World

SCHEMA = build_schema()
AT_A_ROOT = {Access.ANYBODY, Access.SIGNED_IN, Access.OWNER, Access.OPS, Access.ADMIN}


def roots(schema: GraphQLSchema) -> dict[str, GraphQLObjectType]:
    kinds = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {kind.name: kind for kind in kinds if kind}


def test_every_served_field_has_a_row_and_every_row_a_field() -> None:
    served = {f"{kind.name}.{name}" for kind, name, _ in served_fields(SCHEMA)}
    assert served == set(PERMISSIONS)
    assert {field for field in served if field.partition(".")[0] in roots(SCHEMA)} == set(ROOTS)


@pytest.mark.parametrize("field", ["Mutation.shipOrder", "Query.me", "Subscription.stockChanged", "User.email"])
def test_a_field_without_a_row_is_not_served(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left = {name: access for name, access in PERMISSIONS.items() if name != field}
    monkeypatch.setattr(gateway.guard, "PERMISSIONS", left)
    with pytest.raises(KeyError, match=rf"{field} has no row"):
        build_schema()


def test_rows_say_what_can_be_asked_of_their_field() -> None:
    assert set(ROOTS.values()) <= AT_A_ROOT
    owned = {field.partition(".")[0] for field, access in FIELDS.items() if access is Access.OWNER}
    assert owned == set(OWNERS)
    hidden = {field for field, access in PERMISSIONS.items() if access is Access.OPS_OR_NULL}
    never_null = {
        f"{kind.name}.{name}" for kind, name, field in served_fields(SCHEMA) if isinstance(field.type, GraphQLNonNull)
    }
    assert hidden & never_null == set()


def test_nothing_private_is_reached_by_open_fields_alone() -> None:
    """What is shown to whoever came to its object must not be behind fields that are open to everybody."""
    seen: set[str] = set()
    ways: list[GraphQLNamedType] = [kind for name, kind in roots(SCHEMA).items() if name != "Mutation"]
    while ways:
        kind = ways.pop()
        if not isinstance(kind, GraphQLObjectType) or kind.name in seen:
            continue
        seen.add(kind.name)
        for name, field in kind.fields.items():
            access = PERMISSIONS[f"{kind.name}.{name}"]
            assert access is not Access.REACHED, f"{kind.name}.{name} is open to everybody"
            if access is Access.ANYBODY:
                ways.append(get_named_type(field.type))
    assert {"Product", "User"} <= seen


def test_the_description_says_who_may() -> None:
    """By the contract's marks; a field that only some may ask says so, where the contract has words for it or none."""
    words = {Access.OPS: "[OPS]", Access.OPS_OR_NULL: "[OPS]", Access.ADMIN: "[ADMIN]"}
    for kind, name, field in served_fields(SCHEMA):
        access = PERMISSIONS[f"{kind.name}.{name}"]
        said = field.description or ""
        if access in words:
            assert said.startswith(words[access]), f"{kind.name}.{name}"
        elif kind.name in roots(SCHEMA):
            assert said.startswith("[OWNER]") == (access is Access.OWNER), f"{kind.name}.{name}"
            assert not said.startswith(("[OPS]", "[ADMIN]")), f"{kind.name}.{name}"


def test_what_only_some_may_ask_for_within_a_field_is_known() -> None:
    """Arguments and inputs have no rows: these few are asked about where they are read, each with a test of its own."""
    marked = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLInputObjectType)
        for name, field in kind.fields.items()
        if (field.description or "").startswith("[")
    }
    marked |= {
        f"{kind.name}.{name}({argument})"
        for kind, name, field in served_fields(SCHEMA)
        for argument, about in field.args.items()
        if (about.description or "").startswith("[")
    }
    assert marked == {"ProductFilter.includeInactive"}


def context_of(world: World, caller: str, roles: frozenset[Role] = frozenset({Role.CUSTOMER})) -> RequestContext:
    viewer = Actor(user_id=world.ids[caller], roles=roles)
    return RequestContext(
        backends=world.backends, loaders=Loaders(world.backends, viewer), viewer=viewer, request_id="r1"
    )


async def executed(document: str, context: RequestContext, root: object = None) -> ExecutionResult:
    result = execute(SCHEMA, parse(document), root_value=root, context_value=context)
    return result if isinstance(result, ExecutionResult) else await result


@pytest.mark.parametrize("field", ["id", "email", "name", "roles", "createdAt"])
async def test_an_account_that_slipped_through_is_shown_to_its_owner_and_ops_only(world: World, field: str) -> None:
    (mia,) = await world.backends.users.users_by_id([world.ids["mia"]])
    for caller, roles, shown in (
        ("mia", {Role.CUSTOMER}, True),
        ("ben", {Role.CUSTOMER}, False),
        ("ops", {Role.OPS}, True),
    ):
        context = context_of(world, caller, frozenset(roles))
        context.loaders.user.prime(world.ids[caller], mia)
        result = await executed(f"{{ me {{ {field} }} }}", context)
        assert (result.errors is None) is shown, caller
        assert (result.data == {"me": None}) is not shown


async def test_an_order_that_slipped_through_is_shown_to_its_owner_and_ops_only(world: World) -> None:
    order = await world.shop.order(await world.placed("mia"))
    for caller, roles, shown in (("mia", Role.CUSTOMER, True), ("ben", Role.CUSTOMER, False), ("ops", Role.OPS, True)):
        context = context_of(world, caller, frozenset({roles}))
        document = 'subscription { orderUpdated(id: "any") { lines { sku } total { amount } } }'
        result = await executed(document, context, order)
        assert (result.errors is None) is shown, caller
