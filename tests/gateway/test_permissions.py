"""Who may what: every root field that is served, asked by every kind of caller. On denial nothing happens."""

from typing import Any

import pytest

from gateway.permissions import ROOTS
from tests.gateway.world import World, order_input
from tests.live.test_permissions import SUBSCRIPTIONS

CALLERS = ("anonymous", "mia", "ben", "ops", "admin")
PRODUCT = {"sku": "quill", "name": "Quill", "price": {"amount": "2.50", "currency": "EUR"}}
REASON = "found behind the shelf"

OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "Query.me": ("{ me { id } }", {}),
    "Query.product": ('{ product(sku: "ink") { id } }', {}),
    "Query.products": ("{ products { totalCount } }", {}),
    "Query.stockAdjustments": ('{ stockAdjustments(sku: "ink") { edges { node { id } } } }', {}),
    "Query.order": ("query Q($id: ID!) { order(id: $id) { id } }", {}),
    "Query.orders": ("{ orders { edges { node { id } } } }", {}),
    "Query.workflow": ('{ workflow(id: "order/none") { id } }', {}),
    "Query.workflows": ("{ workflows { edges { node { id } } } }", {}),
    "Query.auditRecords": ("{ auditRecords { edges { node { id action outcome } } } }", {}),
    "Mutation.register": (
        "mutation M($input: RegisterInput!) { register(input: $input) { user { id } errors { code } } }",
        {"input": {"email": "new@example.org", "password": "three otters on a raft", "name": "New"}},
    ),
    "Mutation.login": (
        "mutation M($input: LoginInput!) { login(input: $input) { user { id } errors { code } } }",
        {"input": {"email": "mia@example.org", "password": "three otters on a raft"}},
    ),
    "Mutation.refreshSession": (
        'mutation { refreshSession(refreshToken: "none") { user { id } errors { code } } }',
        {},
    ),
    "Mutation.logout": ('mutation { logout(refreshToken: "none") { errors { code } } }', {}),
    "Mutation.updatePreferences": (
        "mutation { updatePreferences(input: {promotional: false}) { user { id } errors { code } } }",
        {},
    ),
    "Mutation.changePassword": (
        "mutation M($input: ChangePasswordInput!) { changePassword(input: $input) { user { id } errors { code } } }",
        {"input": {"currentPassword": "three otters on a raft", "newPassword": "seven herons in a row"}},
    ),
    "Mutation.setRoles": (
        'mutation { setRoles(userId: "nobody", roles: [OPS]) { user { id } errors { code } } }',
        {},
    ),
    "Mutation.createProduct": (
        "mutation M($input: ProductInput!) { createProduct(input: $input) { product { id } errors { code } } }",
        {"input": PRODUCT},
    ),
    "Mutation.updateProduct": (
        """mutation M($input: ProductPatch!) {
          updateProduct(id: "ink", input: $input) { product { id } errors { code } } }""",
        {"input": {"name": "Blue ink"}},
    ),
    "Mutation.archiveProduct": ('mutation { archiveProduct(id: "pen") { product { id } errors { code } } }', {}),
    "Mutation.adjustStock": (
        """mutation M($reason: String!) {
          adjustStock(sku: "ink", delta: 1, reason: $reason) { stock { onHand } errors { code } } }""",
        {"reason": REASON},
    ),
    "Mutation.placeOrder": (
        "mutation M($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } errors { code } } }",
        {"input": order_input(idempotencyKey="matrix")},
    ),
    "Mutation.cancelOrder": ("mutation M($id: ID!) { cancelOrder(id: $id) { order { id } errors { code } } }", {}),
    "Mutation.shipOrder": ("mutation M($id: ID!) { shipOrder(id: $id) { order { id } errors { code } } }", {}),
    "Mutation.deliverOrder": ("mutation M($id: ID!) { deliverOrder(id: $id) { order { id } errors { code } } }", {}),
    "Mutation.resolveStep": (
        """mutation M($id: ID!, $reason: String!) {
          resolveStep(workflowId: $id, step: "reserve", action: SKIP, reason: $reason) {
            workflow { id } errors { code } } }""",
        {"reason": REASON},
    ),
}
"""`$id` is mia's order everywhere."""

OPEN = {"anonymous": "", "mia": "", "ben": "", "ops": "", "admin": ""}
SIGNED_IN = OPEN | {"anonymous": "UNAUTHENTICATED"}
OPS = SIGNED_IN | {"mia": "FORBIDDEN", "ben": "FORBIDDEN"}

EXPECTED: dict[str, dict[str, str]] = {
    "Query.me": OPEN,
    "Query.product": OPEN,
    "Query.products": OPEN,
    "Query.stockAdjustments": OPS,
    "Query.order": SIGNED_IN | {"ben": "NOT_FOUND"},
    "Query.orders": SIGNED_IN,
    "Query.workflow": OPS,
    "Query.workflows": OPS,
    "Query.auditRecords": OPS | {"ops": "FORBIDDEN"},
    "Mutation.register": OPEN,
    "Mutation.login": OPEN,
    "Mutation.refreshSession": dict.fromkeys(CALLERS, "BAD_CREDENTIALS"),
    "Mutation.logout": OPEN,
    "Mutation.updatePreferences": SIGNED_IN,
    "Mutation.changePassword": SIGNED_IN,
    "Mutation.setRoles": OPS | {"ops": "FORBIDDEN", "admin": "NOT_FOUND"},
    "Mutation.createProduct": OPS,
    "Mutation.updateProduct": OPS,
    "Mutation.archiveProduct": OPS,
    "Mutation.adjustStock": OPS,
    "Mutation.placeOrder": SIGNED_IN,
    "Mutation.cancelOrder": SIGNED_IN | {"ben": "NOT_FOUND"},
    "Mutation.shipOrder": OPS | {"ops": "", "admin": ""},
    "Mutation.deliverOrder": OPS | {"ops": "CONFLICT", "admin": "CONFLICT"},
    "Mutation.resolveStep": OPS | {"ops": "CONFLICT", "admin": "CONFLICT"},
}
"""The code that each caller is answered; empty where it is done."""


def code_in(answer: dict[str, Any]) -> str:
    """The top-level code, else the payload's; empty where there is neither."""
    if errors := answer.get("errors"):
        return str(errors[0]["extensions"]["code"])
    (payload,) = answer["data"].values()
    problems = payload.get("errors", []) if payload else []
    return str(problems[0]["code"]) if problems else ""


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("field", sorted(OPERATIONS))
async def test_each_caller_gets_what_the_table_says(world: World, field: str, caller: str) -> None:
    order_id = await world.placed("mia")
    query, variables = OPERATIONS[field]
    if "$id" in query:
        variables = variables | {"id": f"order/{order_id}" if field == "Mutation.resolveStep" else order_id}
    world.forget()
    assert code_in(await world.ask(query, variables, caller)) == EXPECTED[field][caller]
    if EXPECTED[field][caller] in {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}:
        assert world.nothing_happened()


def test_every_root_field_is_asked_by_every_caller() -> None:
    assert set(ROOTS) == set(OPERATIONS) | set(SUBSCRIPTIONS)


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
