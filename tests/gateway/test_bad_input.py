"""Input that is not what the schema says: BAD_USER_INPUT with the field's path, and nothing stored or started."""

import json
from typing import Any

import pytest

from tests.gateway.world import JSON, PLACE, World, order_input

CREATE = (
    """mutation C($input: ProductInput!) { createProduct(input: $input) { product { id } errors { code path } } }"""
)
PRODUCT = {"sku": "quill", "name": "Quill", "price": {"amount": "2.50", "currency": "EUR"}}
ADJUST = 'mutation A($delta: Int!) { adjustStock(sku: "ink", delta: $delta, reason: "x") { errors { code } } }'

OWN_NAMES = "mutation P($i: PlaceOrderInput!) { placeOrder(input: $i) { order { id } } }"
INSIDE = """mutation P($wanted: [OrderLineInput!]!) { placeOrder(
  input: {lines: $wanted, paymentMethod: "p", idempotencyKey: "k"}) { order { id } } }"""
IN_FRAGMENT = """mutation P($i: PlaceOrderInput!) { ...Placing }
  fragment Placing on Mutation { placeOrder(input: $i) { order { id } } }"""
OWN_DELTA = """mutation A($a: Int!) { adjustStock(sku: "ink", delta: $a, reason: "x") { errors { code } } }"""


def line(**changes: object) -> dict[str, Any]:
    return order_input(lines=[{"sku": "ink", "quantity": 1} | changes])


WRONG_VARIABLES: list[tuple[str, dict[str, Any], list[str]]] = [
    (PLACE, {"input": line(quantity="2")}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(quantity=1.5)}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(quantity=2**31)}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(quantity=-(2**63))}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(quantity=None)}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(quantity=True)}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(quantity={"$gt": 0})}, ["input", "lines", "0", "quantity"]),
    (PLACE, {"input": line(sku=7)}, ["input", "lines", "0", "sku"]),
    (PLACE, {"input": line(sku={"$ne": ""})}, ["input", "lines", "0", "sku"]),
    (PLACE, {"input": line(sku=["ink"])}, ["input", "lines", "0", "sku"]),
    (PLACE, {"input": line(colour="red")}, ["input", "lines", "0", "colour"]),
    (PLACE, {"input": order_input(lines=[None])}, ["input", "lines", "0"]),
    (PLACE, {"input": order_input(lines=None)}, ["input", "lines"]),
    (PLACE, {"input": order_input(paymentMethod={"$where": "1"})}, ["input", "paymentMethod"]),
    (PLACE, {"input": order_input(idempotencyKey=1)}, ["input", "idempotencyKey"]),
    (PLACE, {"input": order_input() | {"$where": "1"}}, ["input", "$where"]),
    (PLACE, {"input": {}}, ["input", "lines"]),
    (PLACE, {"input": []}, ["input"]),
    (PLACE, {"input": "x"}, ["input"]),
    (PLACE, {"input": None}, ["input"]),
    (PLACE, {}, ["input"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": 2.5, "currency": "EUR"}}}, ["input", "price", "amount"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": 25, "currency": "EUR"}}}, ["input", "price", "amount"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": "2,50", "currency": "EUR"}}}, ["input", "price", "amount"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": "1e3", "currency": "EUR"}}}, ["input", "price", "amount"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": "NaN", "currency": "EUR"}}}, ["input", "price", "amount"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": "٣", "currency": "EUR"}}}, ["input", "price", "amount"]),
    (CREATE, {"input": PRODUCT | {"price": {"amount": "2.50"}}}, ["input", "price", "currency"]),
    (CREATE, {"input": PRODUCT | {"categories": [1]}}, ["input", "categories", "0"]),
    (CREATE, {"input": PRODUCT | {"initialStock": "7"}}, ["input", "initialStock"]),
    (OWN_NAMES, {"i": {"lines": [{"sku": "ink"}]}}, ["input", "lines", "0", "quantity"]),
    (OWN_NAMES, {"i": line(quantity="2")}, ["input", "lines", "0", "quantity"]),
    (OWN_NAMES, {}, ["input"]),
    (INSIDE, {"wanted": [{"sku": "ink"}]}, ["input", "lines", "0", "quantity"]),
    (IN_FRAGMENT, {"i": {}}, ["input", "lines"]),
    (OWN_DELTA, {"a": "1"}, ["delta"]),
    (ADJUST, {"delta": 2**31}, ["delta"]),
    (ADJUST, {"delta": "1"}, ["delta"]),
]


@pytest.mark.parametrize(("query", "variables", "field"), WRONG_VARIABLES)
async def test_a_variable_of_the_wrong_type_is_named(
    world: World, query: str, variables: dict[str, Any], field: list[str]
) -> None:
    answer = await world.ask(query, variables, "ops")
    assert answer.get("data") is None
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": field}
    assert world.nothing_happened()


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ('[{sku: "ink", quantity: "1"}]', ["input", "lines", "0", "quantity"]),
        ('[{sku: "ink", quantity: 1}, {sku: 5, quantity: 1}]', ["input", "lines", "1", "sku"]),
        ('[{sku: "ink", quantity: 99999999999}]', ["input", "lines", "0", "quantity"]),
        ('[{sku: "ink", quantity: 1, where: 1}]', ["input", "lines", "0", "where"]),
        ('[{sku: "ink"}]', ["input", "lines", "0", "quantity"]),
    ],
)
async def test_a_value_in_the_document_of_the_wrong_type_is_named(world: World, lines: str, field: list[str]) -> None:
    query = f"""mutation {{ placeOrder(input: {{lines: {lines}, paymentMethod: "p", idempotencyKey: "k"}}) {{
      order {{ id }} }} }}"""
    answer = await world.ask(query, {}, "mia")
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": field}
    assert answer["errors"][0]["locations"]
    assert world.nothing_happened()


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"sku": ""}, [["sku"]]),
        ({"sku": "a b"}, [["sku"]]),
        ({"sku": "$ne"}, [["sku"]]),
        ({"sku": "x" * 65}, [["sku"]]),
        ({"name": ""}, [["name"]]),
        ({"name": "a\0"}, [["name"]]),
        ({"name": "n" * 201}, [["name"]]),
        ({"description": "\x1b[31m"}, [["description"]]),
        ({"description": "d" * 5001}, [["description"]]),
        ({"categories": [""]}, [["categories", "0"]]),
        ({"categories": ["a", "b", "a"]}, [["categories", "2"]]),
        ({"categories": [str(n) for n in range(21)]}, [["categories"]]),
        ({"price": {"amount": "-1", "currency": "EUR"}}, [["price", "amount"]]),
        ({"price": {"amount": "1.999", "currency": "EUR"}}, [["price", "amount"]]),
        ({"price": {"amount": "9" * 17, "currency": "EUR"}}, [["price", "amount"]]),
        ({"price": {"amount": "1", "currency": "XXX"}}, [["price", "currency"]]),
        ({"price": {"amount": "1", "currency": "eur"}}, [["price", "currency"]]),
        ({"initialStock": -1}, [["initialStock"]]),
        ({"initialStock": 1_000_001}, [["initialStock"]]),
        ({"sku": "", "name": "", "initialStock": -1}, [["sku"], ["name"], ["initialStock"]]),
    ],
)
async def test_a_product_that_cannot_be_is_invalid_and_not_launched(
    world: World, changes: dict[str, Any], paths: list[list[str]]
) -> None:
    answer = await world.ask(CREATE, {"input": PRODUCT | changes}, "ops")
    errors = [{"code": "INVALID", "path": path} for path in paths]
    assert answer["data"]["createProduct"] == {"product": None, "errors": errors}
    assert world.nothing_happened()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ products(first: 0) { totalCount } }", ["first"]),
        ("{ products(first: 101) { totalCount } }", ["first"]),
        ("{ products(first: -1) { totalCount } }", ["first"]),
        ('{ products(after: "rubbish") { totalCount } }', ["after"]),
        ('{ products(after: "") { totalCount } }', ["after"]),
        ('{ products(filter: {category: "\\u0000"}) { totalCount } }', ["filter", "category"]),
        ("{ products(sort: CHEAP) { totalCount } }", ["sort"]),
        ("{ orders(first: 0) { edges { cursor } } }", ["first"]),
        ('{ orders(after: "e30=") { edges { cursor } } }', ["after"]),
        ('{ orders(customerId: "\\u0007") { edges { cursor } } }', ["customerId"]),
        ('{ orders(status: "PLACED") { edges { cursor } } }', ["status"]),
        ('{ order(id: "\\u0000") { id } }', ["id"]),
        ('{ order(id: "") { id } }', ["id"]),
        ("{ product { id } }", ["id"]),
        ('{ product(id: "a", sku: "b") { id } }', ["id"]),
        ('{ product(sku: "\\u0000") { id } }', ["sku"]),
        ('{ workflow(id: "\\u0000") { id } }', ["id"]),
    ],
)
async def test_a_query_out_of_range_names_its_argument(world: World, query: str, field: list[str]) -> None:
    answer = await world.ask(query, {}, "ops")
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": field}


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "",
        "query",
        "{ nothing }",
        "{ me { password } }",
        "mutation { dropDatabase }",
        "subscription { orderUpdated(id: 1) { id } }",
        "query A { me { id } } query B { me { id } }",
        "{ me { ...Loop } } fragment Loop on User { ...Loop }",
    ],
)
async def test_a_document_that_makes_no_sense_is_bad_input(world: World, query: str) -> None:
    answer = await world.ask(query, {}, "ops")
    assert answer.get("data") is None
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"query": "{ me { id } }", "variables": NaN}', 400),
        (b'{"query": "{ me { id } }", "variables": {"a": "\\ud800"}}', 400),
        (b"[" * 5000 + b"]" * 5000, 400),
        (b"[]", 200),
        (b"null", 200),
        (b'"x"', 200),
        (b'{"query": 1}', 200),
        (b'{"query": "{ me { id } }", "variables": []}', 200),
        (b'{"query": "{ me { id } }", "operationName": {"$ne": 1}}', 200),
        (b'{"query": "{ me { id } }", "operationName": "Other"}', 200),
    ],
)
async def test_a_body_that_is_no_operation_is_bad_input(world: World, body: bytes, status: int) -> None:
    response = await world.wire.send("POST", "/graphql", body, JSON)
    assert response.status == status
    assert response.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_ten_megabytes_is_refused_unread(world: World, announced: bool) -> None:  # noqa: FBT001
    piece = b"x" * 65536
    headers = JSON | ({"content-length": str(160 * len(piece))} if announced else {})
    response = await world.wire.send("POST", "/graphql", [piece] * 160, headers)
    assert response.status == 413
    assert response.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_large_variable_within_the_limit_is_judged_by_its_field(world: World) -> None:
    answer = await world.ask(PLACE, {"input": order_input(paymentMethod="m" * 200_000)}, "mia")
    assert answer["data"]["placeOrder"]["errors"][0]["path"] == ["paymentMethod"]
    assert len(json.dumps(answer)) < 1000


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_form_cannot_be_sent_by_another_site(world: World, content_type: str) -> None:
    body = json.dumps({"query": "{ me { id } }"}).encode()
    response = await world.wire.send("POST", "/graphql", body, {"content-type": content_type})
    assert response.status == 415
    assert response.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


NESTED = "{ me " * 3000 + "{ id " + "}" * 3001


@pytest.mark.parametrize(
    "query",
    [
        NESTED,
        "{ " + "me { id } " * 1500 + "}",
        "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(600)) + " }",
        "mutation { "
        + " ".join(f'a{n}: login(input: {{email: "m", password: "p"}}) {{ accessToken }}' for n in range(21))
        + " }",
        "mutation { ...Many ...Many ...Many } fragment Many on Mutation { "
        + " ".join(f'a{n}: login(input: {{email: "m", password: "p"}}) {{ accessToken }}' for n in range(10))
        + " }",
        "{ orders { edges { node { ...F0 } } } } "
        + " ".join(
            f"fragment F{n} on Order {{ a: lines {{ sku }} ...F{n + 1} b: lines {{ sku }} ...F{n + 1} }}"
            for n in range(12)
        )
        + " fragment F12 on Order { id }",
        "{ orders { edges { node { workflow " + "{ steps " * 20 + "{ name } " + "}" * 20 + "} } } }",
    ],
    ids=["deep", "tokens", "aliases", "mutations", "spread mutations", "fragments", "levels"],
)
async def test_a_document_that_asks_for_too_much_is_not_executed(world: World, query: str) -> None:
    answer = await world.ask(query)
    assert answer["errors"][0]["extensions"] == {"code": "QUERY_TOO_COMPLEX"}
    assert world.shop.counted() == {}
