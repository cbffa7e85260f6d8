"""Orders after their placing: read, cancelled, shipped, delivered; and stock, products and accounts through the API."""

from typing import Any

import pytest

from tests.gateway.world import World

ORDER = """query O($id: ID!) { order(id: $id) { status placedAt total { amount currency } history { status at }
  lines { name quantity unitPrice { amount } total { amount } product { sku stock { available } } }
  payment { status amount { amount } reference } reason { code message } customer { name }
  workflow { id runId type status taskQueue startedAt closedAt historyLength } } }"""


def moving(name: str) -> str:
    return f"mutation M($id: ID!) {{ {name}(id: $id) {{ order {{ status }} errors {{ code path message }} }} }}"


async def moved(world: World, name: str, order_id: str, caller: str) -> tuple[str | None, list[str]]:
    """The order's status in the answer, and the codes of its errors."""
    payload = (await world.ask(moving(name), {"id": order_id}, caller))["data"][name]
    status = payload["order"]["status"] if payload["order"] else None
    return status, [error["code"] for error in payload["errors"]]


async def test_an_order_shows_all_that_the_contract_says(world: World) -> None:
    order_id = await world.placed()
    order = (await world.ask(ORDER, {"id": order_id}, "mia"))["data"]["order"]
    assert (order["status"], order["placedAt"]) == ("CONFIRMED", "2026-11-22T21:04:05.123Z")
    assert order["total"] == {"amount": "59.97", "currency": "EUR"}
    assert [change["status"] for change in order["history"]] == ["PLACED", "RESERVED", "CONFIRMED"]
    assert order["lines"][0] == {
        "name": "Ink",
        "quantity": 2,
        "unitPrice": {"amount": "19.99"},
        "total": {"amount": "39.98"},
        "product": {"sku": "ink", "stock": {"available": 98}},
    }
    assert order["payment"]["status"] == "CAPTURED"
    assert order["payment"]["amount"] == {"amount": "59.97"}
    assert order["payment"]["reference"].startswith("auth_")
    assert (order["reason"], order["customer"]) == (None, {"name": "Mia"})
    assert order["workflow"] == {
        "id": f"order/{order_id}",
        "runId": "run-1",
        "type": "PlaceOrder",
        "status": "RUNNING",
        "taskQueue": "orders",
        "startedAt": "2026-11-22T21:04:05.123Z",
        "closedAt": None,
        "historyLength": 12,
    }


async def test_an_order_without_a_payment_shows_none(world: World) -> None:
    payload = await world.place(lines=[{"sku": "ink", "quantity": 101}])
    answer = await world.ask(ORDER, {"id": payload["order"]["id"]}, "mia")
    assert answer["data"]["order"]["payment"] is None


async def test_an_order_is_shipped_and_delivered_and_then_over(world: World) -> None:
    order_id = await world.placed()
    assert await moved(world, "deliverOrder", order_id, "ops") == (None, ["CONFLICT"])
    assert await moved(world, "shipOrder", order_id, "ops") == ("SHIPPED", [])
    assert await moved(world, "cancelOrder", order_id, "mia") == (None, ["NOT_CANCELLABLE"])
    assert await moved(world, "deliverOrder", order_id, "ops") == ("DELIVERED", [])
    for name in ("shipOrder", "deliverOrder"):
        assert await moved(world, name, order_id, "ops") == (None, ["CONFLICT"])
    assert await moved(world, "cancelOrder", order_id, "ops") == (None, ["NOT_CANCELLABLE"])


@pytest.mark.parametrize("caller", ["mia", "ops"])
async def test_an_order_is_cancelled_by_its_owner_or_by_ops(world: World, caller: str) -> None:
    order_id = await world.placed()
    assert await moved(world, "cancelOrder", order_id, caller) == ("CANCELLED", [])
    assert world.shop.movements() == ["authorization", "capture", "refund"]
    assert await moved(world, "cancelOrder", order_id, caller) == (None, ["NOT_CANCELLABLE"])


@pytest.mark.parametrize("name", ["cancelOrder", "shipOrder", "deliverOrder"])
async def test_an_unknown_order_is_not_found(world: World, name: str) -> None:
    answer = await world.ask(moving(name), {"id": "nothing"}, "ops")
    assert answer["data"][name]["errors"] == [{"code": "NOT_FOUND", "path": ["id"], "message": "no such order"}]
    assert world.nothing_happened()


async def test_orders_are_listed_newest_first_in_pages(world: World) -> None:
    ids = {await world.placed(idempotencyKey=f"k{n}") for n in range(5)}
    query = """query P($after: String) { orders(first: 2, after: $after, status: CONFIRMED) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    seen: list[str] = []
    after, sizes = None, []
    while True:
        page = (await world.ask(query, {"after": after}, "mia"))["data"]["orders"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        sizes.append(len(page["edges"]))
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (sizes, set(seen), len(seen)) == ([2, 2, 1], ids, 5)


CREATE = """mutation C($input: ProductInput!) { createProduct(input: $input) {
  product { id sku name description categories price { amount currency } active stock { onHand available } }
  errors { code path } } }"""
PRODUCT: dict[str, Any] = {"sku": "quill", "name": "Quill", "price": {"amount": "2.50", "currency": "EUR"}}


async def test_a_product_is_created_with_its_stock_and_found(world: World) -> None:
    wanted = PRODUCT | {"description": "Of a goose.\nLeft wing.", "categories": ["desk"], "initialStock": 7}
    created = (await world.ask(CREATE, {"input": wanted}, "ops"))["data"]["createProduct"]
    assert created["errors"] == []
    product = created["product"]
    assert product["stock"] == {"onHand": 7, "available": 7}
    assert (product["price"], product["active"]) == ({"amount": "2.50", "currency": "EUR"}, True)
    query = "query P($id: ID, $sku: String) { product(id: $id, sku: $sku) { sku description } }"
    for wish in ({"id": product["id"]}, {"sku": "quill"}):
        answer = await world.ask(query, wish)
        assert answer["data"]["product"] == {"sku": "quill", "description": "Of a goose.\nLeft wing."}
    assert (await world.ask(query, {"sku": "nothing"}))["data"] == {"product": None}


async def test_defaults_of_a_product_are_the_contracts(world: World) -> None:
    product = (await world.ask(CREATE, {"input": PRODUCT}, "ops"))["data"]["createProduct"]["product"]
    assert (product["description"], product["categories"], product["stock"]["onHand"]) == ("", [], 0)


async def test_a_taken_sku_is_refused(world: World) -> None:
    created = await world.ask(CREATE, {"input": PRODUCT | {"sku": "ink"}}, "ops")
    assert created["data"]["createProduct"] == {"product": None, "errors": [{"code": "SKU_TAKEN", "path": ["sku"]}]}


async def test_products_are_filtered_and_sorted(world: World) -> None:
    query = """{ products(filter: {category: "desk"}, sort: NAME) { totalCount edges { node { sku } } } }"""
    page = (await world.ask(query))["data"]["products"]
    assert (page["totalCount"], [edge["node"]["sku"] for edge in page["edges"]]) == (2, ["ink", "pen"])
    none = await world.ask('{ products(filter: {category: "garden"}) { totalCount pageInfo { endCursor } } }')
    assert none["data"]["products"] == {"totalCount": 0, "pageInfo": {"endCursor": None}}


ADJUST = """mutation A($sku: String!, $delta: Int!, $reason: String!) {
  adjustStock(sku: $sku, delta: $delta, reason: $reason) { stock { onHand available } errors { code path } } }"""


@pytest.mark.parametrize(
    ("sku", "delta", "stock", "errors"),
    [
        ("ink", 5, {"onHand": 105, "available": 105}, []),
        ("ink", -5, {"onHand": 95, "available": 95}, []),
        ("ink", -101, None, [{"code": "CONFLICT", "path": ["delta"]}]),
        ("ink", 0, None, [{"code": "INVALID", "path": ["delta"]}]),
        ("nothing", 1, None, [{"code": "NOT_FOUND", "path": ["sku"]}]),
        ("a\0b", 1, None, [{"code": "INVALID", "path": ["sku"]}]),
    ],
)
async def test_stock_is_adjusted_or_the_reason_told(
    world: World, sku: str, delta: int, stock: object, errors: list[object]
) -> None:
    answer = await world.ask(ADJUST, {"sku": sku, "delta": delta, "reason": "delivery"}, "ops")
    assert answer["data"]["adjustStock"] == {"stock": stock, "errors": errors}


REGISTER = """mutation R($input: RegisterInput!) { register(input: $input) {
  user { id email name roles preferences { promotional recommendations } createdAt } accessToken
  errors { code path } } }"""
LOGIN = "mutation L($input: LoginInput!) { login(input: $input) { user { id } accessToken errors { code path } } }"


async def test_who_registers_is_signed_in(world: World) -> None:
    wanted = {"email": "Zoe@example.org", "password": "seven geese in a row", "name": "Zoe"}
    made = (await world.ask(REGISTER, {"input": wanted}))["data"]["register"]
    assert made["errors"] == []
    assert (made["user"]["email"], made["user"]["roles"]) == ("zoe@example.org", ["CUSTOMER"])
    world.tokens["zoe"] = made["accessToken"]
    assert (await world.ask("{ me { id name } }", {}, "zoe"))["data"]["me"] == {"id": made["user"]["id"], "name": "Zoe"}
    assert (await world.ask("{ me { id } }"))["data"] == {"me": None}
    logged_in = await world.ask(LOGIN, {"input": {"email": wanted["email"], "password": wanted["password"]}})
    assert logged_in["data"]["login"]["user"] == {"id": made["user"]["id"]}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"email": "mia@example.org"}, {"code": "EMAIL_TAKEN", "path": ["email"]}),
        ({"email": "no address"}, {"code": "INVALID", "path": ["email"]}),
        ({"email": "a\0@example.org"}, {"code": "INVALID", "path": ["email"]}),
        ({"password": "short"}, {"code": "WEAK_PASSWORD", "path": ["password"]}),
        ({"name": ""}, {"code": "INVALID", "path": ["name"]}),
    ],
)
async def test_a_registration_that_cannot_be_is_told_why(world: World, changes: dict[str, str], error: object) -> None:
    wanted = {"email": "zoe@example.org", "password": "seven geese in a row", "name": "Zoe"} | changes
    answer = await world.ask(REGISTER, {"input": wanted})
    assert answer["data"]["register"] == {"user": None, "accessToken": None, "errors": [error]}


async def test_a_wrong_password_and_an_unknown_address_look_the_same(world: World) -> None:
    answers = [
        await world.ask(LOGIN, {"input": {"email": email, "password": "not the password"}})
        for email in ("mia@example.org", "nobody@example.org")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["data"]["login"]["errors"] == [{"code": "BAD_CREDENTIALS", "path": None}]


async def test_a_workflow_is_shown_to_ops(world: World) -> None:
    order_id = await world.placed()
    query = "query W($id: ID!) { workflow(id: $id) { id type status url steps { name } } }"
    shown = (await world.ask(query, {"id": f"order/{order_id}"}, "ops"))["data"]["workflow"]
    assert (shown["type"], len(shown["steps"])) == ("PlaceOrder", 7)
    assert (await world.ask(query, {"id": "order/none"}, "ops"))["data"] == {"workflow": None}


RESOLVE = """mutation S($id: ID!, $step: String!, $reason: String!) {
  resolveStep(workflowId: $id, step: $step, action: RETRY, reason: $reason) {
    workflow { id } errors { code path } } }"""


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"id": "order/none"}, [{"code": "NOT_FOUND", "path": ["workflowId"]}]),
        ({"step": "nothing"}, [{"code": "NOT_FOUND", "path": ["step"]}]),
        ({}, [{"code": "CONFLICT", "path": ["step"]}]),
        ({"step": "", "reason": "\x07"}, [{"code": "INVALID", "path": [name]} for name in ("step", "reason")]),
    ],
)
async def test_a_step_is_not_resolved_unless_it_is_stuck(
    world: World, changes: dict[str, str], errors: list[object]
) -> None:
    wish = {"id": f"order/{await world.placed()}", "step": "reserve", "reason": "seen to"} | changes
    answer = await world.ask(RESOLVE, wish, "ops")
    assert answer["data"]["resolveStep"] == {"workflow": None, "errors": errors}


@pytest.mark.parametrize(
    ("name", "caller", "code"), [("cancelOrder", "mia", "NOT_CANCELLABLE"), ("shipOrder", "ops", "CONFLICT")]
)
async def test_an_order_whose_workflow_was_ended_says_how_it_comes_back(
    world: World, name: str, caller: str, code: str
) -> None:
    order_id = await world.placed()
    await world.sagas.terminate(order_id)
    answer = await world.ask(moving(name), {"id": order_id}, caller)
    [error] = answer["data"][name]["errors"]
    assert error["code"] == code
    assert "CONFIRMED" in error["message"]
    assert "same idempotencyKey" in error["message"]
    again = await world.place()
    assert (again["errors"], again["order"]["id"], again["order"]["status"]) == ([], order_id, "CONFIRMED")
    assert (await moved(world, name, order_id, caller))[1] == []


async def test_a_final_order_is_not_revived(world: World) -> None:
    order_id = await world.placed()
    await moved(world, "cancelOrder", order_id, "mia")
    await world.sagas.terminate(order_id)
    world.forget()
    assert (await world.place())["order"]["status"] == "CANCELLED"
    assert "revive" not in world.sagas.journal
    payload = (await world.ask(moving("cancelOrder"), {"id": order_id}, "mia"))["data"]["cancelOrder"]
    assert "no more" in payload["errors"][0]["message"]
