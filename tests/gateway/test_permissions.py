"""Who may what: every root field that is served, asked by every kind of caller. On denial nothing happens."""

import gc

import pytest

from gateway.permissions import ROOTS
from services.users.audit.models import AuditOutcome, AuditQuery
from tests.gateway.matrix import CALLERS, DENIED, EXPECTED, OPERATIONS, code_in, operation
from tests.gateway.world import World


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("field", sorted(field for field in OPERATIONS if not field.startswith("Subscription.")))
async def test_each_caller_gets_what_the_table_says(world: World, field: str, caller: str) -> None:
    query, variables = await operation(world, field)
    world.forget()
    before = world.fingerprint()
    code = EXPECTED[field][caller]
    assert code_in(await world.ask(query, variables, caller)) == code
    if code in DENIED or field.startswith("Query."):
        assert world.nothing_happened()
        assert world.fingerprint() == before
    elif not code:
        assert world.fingerprint() != before, "done without a trace: what shows that nothing happened is blind to it"


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("field", sorted(field for field in OPERATIONS if field.startswith("Mutation.")))
async def test_only_who_is_known_and_may_not_is_recorded_as_denied(world: World, field: str, caller: str) -> None:
    query, variables = await operation(world, field)
    await world.ask(query, variables, caller)
    records = (await world.shop.trail.page(AuditQuery())).edges
    denied = [record.node.actor_id for record in records if record.node.outcome is AuditOutcome.DENIED]
    assert denied == ([world.ids[caller]] if EXPECTED[field][caller] == "FORBIDDEN" else [])


@pytest.mark.parametrize("denied", ["workflows { pageInfo { hasNextPage } }", "orders { pageInfo { hasNextPage } }"])
async def test_a_denial_leaves_nothing_unfinished_beside_it(world: World, denied: str) -> None:
    """A coroutine that nobody awaits is a warning, and so fails the test, once it is collected."""
    answer = await world.ask(f'{{ me {{ id }} product(sku: "ink") {{ id }} {denied} }}', {}, "anonymous")
    assert (answer["data"], code_in(answer)) == (None, "UNAUTHENTICATED")
    gc.collect()


def test_every_root_field_is_asked_by_every_caller() -> None:
    assert set(ROOTS) == set(OPERATIONS) == set(EXPECTED)
    assert {frozenset(row) for row in EXPECTED.values()} == {frozenset(CALLERS)}


ORDER = "query Q($id: ID!) { order(id: $id) { id customer { email } workflow { id url steps { name state } } } }"


async def test_the_owner_sees_the_saga_and_only_ops_the_engines_page(world: World) -> None:
    order_id = await world.placed("mia")
    own = (await world.ask(ORDER, {"id": order_id}, "mia"))["data"]["order"]["workflow"]
    assert (own["id"], own["url"]) == (f"order/{order_id}", None)
    assert own["steps"][0] == {"name": "price", "state": "DONE"}
    theirs = (await world.ask(ORDER, {"id": order_id}, "ops"))["data"]["order"]["workflow"]
    assert theirs["url"] == f"http://ui/order/{order_id}"


async def test_an_order_of_somebody_else_looks_like_none(world: World) -> None:
    order_id = await world.placed("mia")
    theirs = await world.ask(ORDER, {"id": order_id}, "ben")
    assert theirs["data"] == {"order": None}
    assert theirs == await world.ask(ORDER, {"id": "nothing"}, "ben")
    assert theirs["errors"][0]["path"] == ["order"]
    cancel, _ = OPERATIONS["Mutation.cancelOrder"]
    assert await world.ask(cancel, {"id": order_id}, "ben") == await world.ask(cancel, {"id": "nothing"}, "ben")


ORDERS = "query Q($of: ID) { orders(customerId: $of) { edges { node { customer { name } } } } }"


@pytest.mark.parametrize(
    ("caller", "of", "names"),
    [
        ("mia", None, {"Mia"}),
        ("mia", "mia", {"Mia"}),
        ("ben", None, {"Ben"}),
        ("ops", None, {"Mia", "Ben"}),
        ("ops", "ben", {"Ben"}),
        ("admin", "mia", {"Mia"}),
    ],
)
async def test_orders_are_ones_own_and_all_for_ops(world: World, caller: str, of: str | None, names: set[str]) -> None:
    await world.placed("mia")
    await world.placed("ben")
    answer = await world.ask(ORDERS, {"of": of and world.ids[of]}, caller)
    assert {edge["node"]["customer"]["name"] for edge in answer["data"]["orders"]["edges"]} == names


async def test_a_customer_may_not_ask_for_anothers_orders(world: World) -> None:
    answer = await world.ask(ORDERS, {"of": world.ids["ben"]}, "mia")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


ARCHIVED = "{ products(filter: {includeInactive: true}) { edges { node { sku active } } } }"


@pytest.mark.parametrize(("caller", "code"), [("anonymous", "FORBIDDEN"), ("mia", "FORBIDDEN"), ("ops", "")])
async def test_archived_products_are_for_ops(world: World, caller: str, code: str) -> None:
    world.shop.archive("pen")
    answer = await world.ask(ARCHIVED, {}, caller)
    assert code_in(answer) == code
    if not code:
        assert {edge["node"]["sku"] for edge in answer["data"]["products"]["edges"]} == {"ink", "pen"}
