"""The catalogue as front-ends and OPS see it: found, filtered, changed, archived; and the ledger of stock."""

from typing import Any

import pytest

from tests.catalog.makers import a_note
from tests.gateway.world import World

LIST = """query L($filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
  products(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { sku } } } }"""
UPDATE = """mutation U($id: ID!, $input: ProductPatch!) { updateProduct(id: $id, input: $input) {
  product { id name description categories price { amount currency } active } errors { code message path } } }"""
ARCHIVE = """mutation A($id: ID!) { archiveProduct(id: $id) {
  product { id active } errors { code message path } } }"""
ADJUST = """mutation J($delta: Int!, $reason: String!) { adjustStock(sku: "ink", delta: $delta, reason: $reason) {
  stock { onHand } errors { code } } }"""
LEDGER = """query G($sku: String!, $first: Int, $after: String) {
  stockAdjustments(sku: $sku, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
    edges { node { sku delta reason adjustedBy { name } at onHand } } } }"""
INK = {
    "id": "ink",
    "name": "Ink",
    "description": "",
    "categories": ["desk"],
    "price": {"amount": "19.99", "currency": "EUR"},
    "active": True,
}


async def skus(world: World, caller: str = "anonymous", **wanted: Any) -> list[str]:  # noqa: ANN401 (variables)
    answer = await world.ask(LIST, wanted, caller)
    page = answer["data"]["products"]
    found = [edge["node"]["sku"] for edge in page["edges"]]
    assert page["totalCount"] >= len(found)
    return sorted(found)


async def update(world: World, product_id: str = "ink", caller: str = "ops", **given: object) -> dict[str, Any]:
    answer = await world.ask(UPDATE, {"id": product_id, "input": given}, caller)
    payload: dict[str, Any] = answer["data"]["updateProduct"]
    return payload


async def test_products_are_found_by_their_words_and_filters_together(world: World) -> None:
    await world.shop.stock_up("filler-01", "fueller-02", "felt-03")
    await world.shop.products.note_stock([a_note("felt-03", 5, 1)])
    assert await skus(world, filter={"search": "FELT"}) == ["felt-03"]
    assert await skus(world, filter={"search": "fé 0"}) == ["felt-03"]
    assert await skus(world, filter={"search": "f 0", "inStock": False}) == ["filler-01", "fueller-02"]
    assert await skus(world, filter={"inStock": True, "category": "desk"}) == ["felt-03"]
    assert await skus(world, filter={"inStock": True, "category": "tent"}) == []
    assert await skus(world, filter={"search": "", "category": None, "inStock": None}, first=100) != []


async def test_filters_that_can_never_be_right_are_named(world: World) -> None:
    for wrong, field in (
        ({"search": "x" * 201}, "search"),
        ({"search": "a b c d e f g h i j k"}, "search"),
        ({"search": "a\x00"}, "search"),
        ({"category": "c" * 61}, "category"),
    ):
        answer = await world.ask(LIST, {"filter": wrong})
        assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["filter", field]}


async def test_only_what_is_given_changes(world: World) -> None:
    assert await update(world, name="Blue ink") == {"product": INK | {"name": "Blue ink"}, "errors": []}
    changed = await update(world, description="Dries fast.", categories=[], price={"amount": "5", "currency": "JPY"})
    price = {"amount": "5", "currency": "JPY"}
    assert changed["product"] == INK | {
        "name": "Blue ink", "description": "Dries fast.", "categories": [], "price": price,
    }  # fmt: skip
    assert (await update(world))["product"] == changed["product"]
    events = [event for event in world.shop.products.events if event.subject == "ink"]
    assert [event.type for event in events] == ["product.created.v1", "product.updated.v1", "product.updated.v1"]


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"name": None}, [["name"]]),
        ({"name": None, "price": None, "categories": None}, [["name"], ["price"], ["categories"]]),
        ({"name": "", "description": "\x00"}, [["name"], ["description"]]),
        ({"name": " ", "categories": ["a", "\u200b\u00a0"]}, [["name"], ["categories", "1"]]),
        ({"categories": ["a", "a"]}, [["categories", "1"]]),
        ({"price": {"amount": "1.5", "currency": "JPY"}}, [["price", "amount"]]),
        ({"price": {"amount": "1.2345", "currency": "KWD"}}, [["price", "amount"]]),
        ({"price": {"amount": "1", "currency": "XYZ"}}, [["price", "currency"]]),
    ],
)
async def test_a_change_that_can_never_be_right_names_every_field(
    world: World, given: dict[str, Any], paths: list[list[str]]
) -> None:
    payload = await update(world, **given)
    assert payload["product"] is None
    assert sorted(error["path"] for error in payload["errors"]) == sorted(paths)
    assert {error["code"] for error in payload["errors"]} == {"INVALID"}
    assert world.nothing_happened()


@pytest.mark.parametrize(
    ("amount", "currency", "shown"), [("1999", "JPY", "1999"), ("1.5", "KWD", "1.500"), ("1.5", "EUR", "1.50")]
)
async def test_amounts_have_their_currencys_places(world: World, amount: str, currency: str, shown: str) -> None:
    payload = await update(world, price={"amount": amount, "currency": currency})
    assert payload["product"]["price"] == {"amount": shown, "currency": currency}


async def test_what_does_not_exist_is_not_found(world: World) -> None:
    payload = await update(world, "no such", name="x")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["id"])]
    answer = await world.ask(ARCHIVE, {"id": "no such"}, "ops")
    assert [error["code"] for error in answer["data"]["archiveProduct"]["errors"]] == ["NOT_FOUND"]


async def test_an_archived_product_is_sold_no_more_and_seen_by_ops(world: World) -> None:
    for _ in range(2):
        answer = await world.ask(ARCHIVE, {"id": "ink"}, "ops")
        assert answer["data"]["archiveProduct"] == {"product": {"id": "ink", "active": False}, "errors": []}
    assert await skus(world) == ["pen"]
    assert await skus(world, "ops", filter={"includeInactive": True}) == ["ink", "pen"]
    answer = await world.ask(LIST, {"filter": {"includeInactive": True}}, "mia")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    payload = await world.place("mia")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["lines", "0", "sku"])]


async def test_orders_keep_the_price_and_name_they_were_placed_with(world: World) -> None:
    order_id = await world.placed("mia")
    query = """query O($id: ID!) { order(id: $id) { total { amount }
      lines { name unitPrice { amount } product { name active price { amount } } } } }"""
    before = (await world.ask(query, {"id": order_id}, "mia"))["data"]["order"]
    await update(world, name="Blue ink", price={"amount": "99", "currency": "EUR"})
    await world.ask(ARCHIVE, {"id": "ink"}, "ops")
    after = (await world.ask(query, {"id": order_id}, "mia"))["data"]["order"]
    assert after["lines"][0].pop("product") == {"name": "Blue ink", "active": False, "price": {"amount": "99.00"}}
    del before["lines"][0]["product"]
    assert after == before


async def test_the_ledger_tells_ops_who_changed_the_stock_and_why(world: World) -> None:
    await world.ask(ADJUST, {"delta": -3, "reason": "broken"}, "ops")
    await world.ask(ADJUST, {"delta": 10, "reason": "found"}, "admin")
    page = (await world.ask(LEDGER, {"sku": "ink", "first": 2}, "ops"))["data"]["stockAdjustments"]
    moment = world.shop.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    same = {"sku": "ink", "at": moment}
    assert [edge["node"] for edge in page["edges"]] == [
        same | {"delta": 10, "reason": "found", "adjustedBy": {"name": "Admin"}, "onHand": 107},
        same | {"delta": -3, "reason": "broken", "adjustedBy": {"name": "Ops"}, "onHand": 97},
    ]
    after = page["pageInfo"]["endCursor"]
    rest = (await world.ask(LEDGER, {"sku": "ink", "after": after}, "ops"))["data"]["stockAdjustments"]
    opening = {"delta": 100, "reason": "opening stock", "adjustedBy": None, "onHand": 100}
    assert [edge["node"] for edge in rest["edges"]] == [same | opening]
    assert not rest["pageInfo"]["hasNextPage"]


async def test_counting_is_asked_for_only_when_it_is_wanted(world: World) -> None:
    world.forget()
    await world.ask("{ products { edges { node { sku } } } }")
    assert world.shop.counted() == {"catalog.list_products": 1}
    answer = await world.ask("{ products(first: 1) { totalCount edges { node { sku } } } }")
    assert answer["data"]["products"]["totalCount"] == 2
    assert world.shop.counted() == {"catalog.list_products": 1, "catalog.count_products": 1}
