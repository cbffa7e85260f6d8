"""Every root field, the operation with which it is asked, and what each kind of caller is answered: one table.

It is asked of a gateway in memory, of sockets, and of a whole system.
"""

from typing import Any

from tests.gateway.world import World, campaign_input, order_input

CALLERS = ("anonymous", "mia", "ben", "ops", "admin")
"""Nobody, the customer whose order and session it is, another customer, OPS and ADMIN."""

DENIED = frozenset({"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"})
PRODUCT = {"sku": "quill", "name": "Quill", "price": {"amount": "2.50", "currency": "EUR"}}
REASON = "found behind the shelf"

OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "Query.me": ("{ me { id } }", {}),
    "Query.product": ('{ product(sku: "ink") { id } }', {}),
    "Query.products": ("{ products { totalCount } }", {}),
    "Query.recommendations": ("{ recommendations { score product { sku } } }", {}),
    "Query.stockAdjustments": ('{ stockAdjustments(sku: "ink") { edges { node { id } } } }', {}),
    "Query.order": ("query Q($id: ID!) { order(id: $id) { id } }", {}),
    "Query.orders": ("{ orders { edges { node { id } } } }", {}),
    "Query.workflow": ('{ workflow(id: "order/none") { id } }', {}),
    "Query.workflows": ("{ workflows { edges { node { id } } } }", {}),
    "Query.auditRecords": ("{ auditRecords { edges { node { id action outcome } } } }", {}),
    "Query.deadLetter": ('{ deadLetter(id: "none") { id } }', {}),
    "Query.deadLetters": ("{ deadLetters { totalCount edges { node { id payload } } } }", {}),
    "Query.deadLetterGroups": ("{ deadLetterGroups { count } }", {}),
    "Query.redrive": ('{ redrive(id: "redrive/none") { state } }', {}),
    "Query.notifications": ("{ notifications { edges { node { id to detail } } } }", {}),
    "Query.campaign": ('{ campaign(id: "none") { id } }', {}),
    "Query.campaigns": ("{ campaigns { edges { node { id status } } } }", {}),
    "Query.schedules": ("{ schedules { id paused note } }", {}),
    "Mutation.register": (
        "mutation M($input: RegisterInput!) { register(input: $input) { user { id } errors { code } } }",
        {"input": {"email": "new@example.org", "password": "three otters on a raft", "name": "New"}},
    ),
    "Mutation.login": (
        "mutation M($input: LoginInput!) { login(input: $input) { user { id } errors { code } } }",
        {"input": {"email": "mia@example.org", "password": "three otters on a raft"}},
    ),
    "Mutation.refreshSession": (
        "mutation M($token: String!) { refreshSession(refreshToken: $token) { user { id } errors { code } } }",
        {},
    ),
    "Mutation.logout": ("mutation M($token: String!) { logout(refreshToken: $token) { errors { code } } }", {}),
    "Mutation.updatePreferences": (
        "mutation { updatePreferences(input: {promotional: false}) { user { id } errors { code } } }",
        {},
    ),
    "Mutation.changePassword": (
        "mutation M($input: ChangePasswordInput!) { changePassword(input: $input) { user { id } errors { code } } }",
        {"input": {"currentPassword": "three otters on a raft", "newPassword": "seven herons in a row"}},
    ),
    "Mutation.setRoles": (
        "mutation M($user: ID!) { setRoles(userId: $user, roles: [OPS]) { user { id } errors { code } } }",
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
    "Mutation.replayDeadLetters": (
        "mutation { replayDeadLetters(ids: []) { count errors { code } } }",
        {},
    ),
    "Mutation.discardDeadLetters": (
        "mutation M($reason: String!) { discardDeadLetters(ids: [], reason: $reason) { count errors { code } } }",
        {"reason": REASON},
    ),
    "Mutation.createCampaign": (
        "mutation M($input: CampaignInput!) { createCampaign(input: $input) { campaign { id } errors { code } } }",
        {"input": campaign_input()},
    ),
    "Mutation.pauseCampaign": (
        'mutation { pauseCampaign(id: "none", paused: true) { campaign { id } errors { code } } }',
        {},
    ),
    "Mutation.cancelCampaign": ('mutation { cancelCampaign(id: "none") { campaign { id } errors { code } } }', {}),
    "Mutation.triggerSchedule": (
        'mutation { triggerSchedule(id: "none") { schedule { id } errors { code } } }',
        {},
    ),
    "Mutation.pauseSchedule": (
        'mutation { pauseSchedule(id: "none", paused: true) { schedule { id } errors { code } } }',
        {},
    ),
    "Mutation.refreshRecommendations": (
        'mutation { refreshRecommendations(userId: "none") { workflow { id } errors { code } } }',
        {},
    ),
    "Mutation.rebuildRecommendations": (
        "mutation { rebuildRecommendations { workflow { id } errors { code } } }",
        {},
    ),
    "Subscription.orderUpdated": ("subscription S($id: ID!) { orderUpdated(id: $id) { id status } }", {}),
    "Subscription.stockChanged": (
        "subscription S($skus: [String!]!) { stockChanged(skus: $skus) { sku available } }",
        {"skus": ["ink"]},
    ),
}
"""`$id` is mia's order (where a workflow is asked for, the order's), `$token` her refresh token, `$user` she."""

OPEN = {"anonymous": "", "mia": "", "ben": "", "ops": "", "admin": ""}
SIGNED_IN = OPEN | {"anonymous": "UNAUTHENTICATED"}
OPS = SIGNED_IN | {"mia": "FORBIDDEN", "ben": "FORBIDDEN"}

EXPECTED: dict[str, dict[str, str]] = {
    "Query.me": OPEN,
    "Query.product": OPEN,
    "Query.products": OPEN,
    "Query.recommendations": OPEN,
    "Query.stockAdjustments": OPS,
    "Query.order": SIGNED_IN | {"ben": "NOT_FOUND"},
    "Query.orders": SIGNED_IN,
    "Query.workflow": OPS,
    "Query.workflows": OPS,
    "Query.auditRecords": OPS | {"ops": "FORBIDDEN"},
    "Query.deadLetter": OPS,
    "Query.deadLetters": OPS,
    "Query.deadLetterGroups": OPS,
    "Query.redrive": OPS,
    "Query.notifications": SIGNED_IN,
    "Query.campaign": OPS,
    "Query.campaigns": OPS,
    "Query.schedules": OPS,
    "Mutation.register": OPEN,
    "Mutation.login": OPEN,
    "Mutation.refreshSession": OPEN,
    "Mutation.logout": OPEN,
    "Mutation.updatePreferences": SIGNED_IN,
    "Mutation.changePassword": SIGNED_IN,
    "Mutation.setRoles": OPS | {"ops": "FORBIDDEN"},
    "Mutation.createProduct": OPS,
    "Mutation.updateProduct": OPS,
    "Mutation.archiveProduct": OPS,
    "Mutation.adjustStock": OPS,
    "Mutation.placeOrder": SIGNED_IN,
    "Mutation.cancelOrder": SIGNED_IN | {"ben": "NOT_FOUND"},
    "Mutation.shipOrder": OPS | {"ops": "", "admin": ""},
    "Mutation.deliverOrder": OPS | {"ops": "CONFLICT", "admin": "CONFLICT"},
    "Mutation.resolveStep": OPS | {"ops": "CONFLICT", "admin": "CONFLICT"},
    "Mutation.replayDeadLetters": OPS | {"ops": "INVALID", "admin": "INVALID"},
    "Mutation.discardDeadLetters": OPS | {"ops": "INVALID", "admin": "INVALID"},
    "Mutation.createCampaign": OPS,
    "Mutation.pauseCampaign": OPS | {"ops": "NOT_FOUND", "admin": "NOT_FOUND"},
    "Mutation.cancelCampaign": OPS | {"ops": "NOT_FOUND", "admin": "NOT_FOUND"},
    "Mutation.triggerSchedule": OPS | {"ops": "NOT_FOUND", "admin": "NOT_FOUND"},
    "Mutation.pauseSchedule": OPS | {"ops": "NOT_FOUND", "admin": "NOT_FOUND"},
    "Mutation.refreshRecommendations": OPS,
    "Mutation.rebuildRecommendations": OPS,
    "Subscription.orderUpdated": SIGNED_IN | {"ben": "NOT_FOUND"},
    "Subscription.stockChanged": OPEN,
}
"""The code that each caller is answered; empty where it is done."""


def code_in(answer: dict[str, Any]) -> str:
    """The top-level code, else the payload's; empty where there is neither."""
    if errors := answer.get("errors"):
        return str(errors[0]["extensions"]["code"])
    (payload,) = answer["data"].values()
    problems = payload.get("errors", []) if isinstance(payload, dict) else []
    return str(problems[0]["code"]) if problems else ""


def asked_about(field: str, order_id: str, token: str, user_id: str) -> tuple[str, dict[str, Any]]:
    """The operation and its variables."""
    query, variables = OPERATIONS[field]
    present = {"id": f"order/{order_id}" if field == "Mutation.resolveStep" else order_id, "token": token}
    present["user"] = user_id
    return query, variables | {name: value for name, value in present.items() if f"${name}:" in query}


async def operation(world: World, field: str) -> tuple[str, dict[str, Any]]:
    """The same, about an order that mia has just placed."""
    return asked_about(field, await world.placed("mia"), world.refresh_tokens["mia"], world.ids["mia"])
