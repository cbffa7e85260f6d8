"""What `placeOrder` answers: each row of the contract's table."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from graphql import graphql

from gateway.context import Loaders, RequestContext
from gateway.schema import build_schema
from services.catalog.models import CreateProduct
from services.inventory.models import OpenStock
from services.shared.actors import Actor, Role
from services.shared.errors import Unavailable
from services.shared.money import MAX_MINOR, Money
from tests.gateway.shop import NOBODY
from tests.gateway.world import PLACE, World, order_input

LINE = {"sku": "ink", "quantity": 1}


async def test_held_stock_is_answered_with_the_order_and_no_errors(world: World) -> None:
    payload = await world.place()
    assert payload["errors"] == []
    assert payload["order"]["status"] == "RESERVED"
    assert payload["order"]["lines"] == [{"sku": "ink", "quantity": 2}, {"sku": "pen", "quantity": 1}]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"lines": []}, [["lines"]]),
        ({"lines": [{"sku": f"s{n}", "quantity": 1} for n in range(101)]}, [["lines"]]),
        ({"lines": [{"sku": "ink", "quantity": 0}]}, [["lines", "0", "quantity"]]),
        ({"lines": [LINE, {"sku": "pen", "quantity": 1001}]}, [["lines", "1", "quantity"]]),
        ({"lines": [{"sku": "ink", "quantity": -1}]}, [["lines", "0", "quantity"]]),
        ({"lines": [LINE, LINE]}, [["lines", "1", "sku"]]),
        ({"lines": [{"sku": "", "quantity": 1}]}, [["lines", "0", "sku"]]),
        ({"lines": [{"sku": "a\0b", "quantity": 1}]}, [["lines", "0", "sku"]]),
        ({"lines": [{"sku": "x" * 65, "quantity": 1}]}, [["lines", "0", "sku"]]),
        ({"idempotencyKey": ""}, [["idempotencyKey"]]),
        ({"idempotencyKey": "k" * 65}, [["idempotencyKey"]]),
        ({"idempotencyKey": "a\nb"}, [["idempotencyKey"]]),
        ({"paymentMethod": ""}, [["paymentMethod"]]),
        ({"paymentMethod": "m" * 101}, [["paymentMethod"]]),
        ({"paymentMethod": "\x00"}, [["paymentMethod"]]),
        (
            {"idempotencyKey": "", "paymentMethod": "", "lines": [{"sku": "ink", "quantity": 0}]},
            [["idempotencyKey"], ["paymentMethod"], ["lines", "0", "quantity"]],
        ),
    ],
)
async def test_what_can_never_be_right_is_invalid_and_starts_nothing(
    world: World, changes: dict[str, Any], paths: list[list[str]]
) -> None:
    payload = await world.place(**changes)
    assert payload["order"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", path) for path in paths]
    assert world.nothing_happened()


async def test_the_limits_themselves_are_allowed(world: World) -> None:
    await world.shop.stock_up(*(f"s{n}" for n in range(100)))
    lines = [{"sku": f"s{n}", "quantity": 1} for n in range(100)]
    payload = await world.place(lines=lines, idempotencyKey="k" * 64)
    assert payload["errors"] == []
    payload = await world.place(lines=[{"sku": "ink", "quantity": 1000}])
    assert [error["code"] for error in payload["errors"]] == ["OUT_OF_STOCK"]


async def put_on_sale(world: World, sku: str, price: Money) -> None:
    product = CreateProduct(product_id=sku, sku=sku, name=sku.title(), description="", categories=(), price=price)
    await world.shop.catalog.create_product(product, NOBODY)
    await world.shop.inventory.open_stock(OpenStock(sku=sku, quantity=1000), NOBODY)
    world.forget()


async def test_lines_of_two_currencies_are_invalid_and_start_nothing(world: World) -> None:
    await put_on_sale(world, "quill", Money(minor=250, currency="USD"))
    for _ in range(2):
        payload = await world.place(lines=[LINE, {"sku": "pen", "quantity": 1}, {"sku": "quill", "quantity": 1}])
        assert payload["order"] is None
        assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", ["lines", "2", "sku"])]
    assert world.nothing_happened()


async def test_one_currency_is_looked_up_once_and_for_one_line_never(world: World) -> None:
    for key in ("k1", "k2"):
        await world.placed(idempotencyKey=key)
    await world.placed(idempotencyKey="k3", lines=[LINE])
    assert world.shop.counted()["catalog.products_by_sku"] == 1


async def test_two_currencies_beside_an_unknown_product_are_left_to_the_workflow(world: World) -> None:
    await put_on_sale(world, "quill", Money(minor=250, currency="USD"))
    lines = [LINE, {"sku": "quill", "quantity": 1}, {"sku": "nothing", "quantity": 1}]
    payload = await world.place(lines=lines)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["lines", "2", "sku"])]


async def test_a_key_that_made_an_order_is_answered_with_it_whatever_its_products_cost_now(world: World) -> None:
    order_id = await world.placed()
    pen = world.shop.products.products["pen"]
    world.shop.products.products["pen"] = replace(pen, price=Money(minor=1, currency="USD"))
    world.shop.clock.advance(timedelta(minutes=2))
    assert await world.placed() == order_id


async def test_a_catalogue_that_is_away_is_unavailable_and_starts_nothing(world: World) -> None:
    world.shop.watched["catalog"].faults["products_by_sku"] = Unavailable("catalog")
    answer = await world.ask(PLACE, {"input": order_input()}, "mia")
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert world.nothing_happened()


@pytest.mark.parametrize("lines", [[{"sku": "gold", "quantity": 2}], [LINE, {"sku": "gold", "quantity": 1000}]])
async def test_a_total_beyond_the_largest_amount_is_invalid_and_keeps_nothing(
    world: World, lines: list[dict[str, Any]]
) -> None:
    await put_on_sale(world, "gold", Money(minor=MAX_MINOR, currency="EUR"))
    payload = await world.place(lines=lines)
    assert payload["order"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", ["lines"])]
    assert not world.shop.counted().get("orders.record_order")


async def test_unknown_and_archived_products_are_all_named(world: World) -> None:
    world.shop.archive("pen")
    lines = [{"sku": "nothing", "quantity": 1}, LINE, {"sku": "pen", "quantity": 1}, {"sku": "$ne", "quantity": 1}]
    payload = await world.place(lines=lines)
    assert payload["order"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("NOT_FOUND", ["lines", index, "sku"]) for index in ("0", "2", "3")
    ]


async def test_too_little_stock_is_told_for_all_lines_with_what_is_left(world: World) -> None:
    lines = [{"sku": "ink", "quantity": 101}, {"sku": "pen", "quantity": 102}]
    answer = await world.ask(
        "mutation P($input: PlaceOrderInput!) { placeOrder(input: $input) { "
        "order { status reason { code path } } errors { code path message } } }",
        {"input": order_input(lines=lines)},
        "mia",
    )
    payload = answer["data"]["placeOrder"]
    assert payload["order"]["status"] == "REJECTED"
    assert payload["order"]["reason"] == {"code": "OUT_OF_STOCK", "path": ["lines", "0", "quantity"]}
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("OUT_OF_STOCK", ["lines", "0", "quantity"]),
        ("OUT_OF_STOCK", ["lines", "1", "quantity"]),
    ]
    assert all("100" in error["message"] for error in payload["errors"])


async def test_the_same_key_and_input_is_the_same_order_as_it_is_now(world: World) -> None:
    first = await world.place()
    again = await world.place()
    assert again["errors"] == []
    assert (again["order"]["id"], again["order"]["status"]) == (first["order"]["id"], "CONFIRMED")


async def test_the_same_key_of_a_rejected_order_is_that_order_without_errors(world: World) -> None:
    lines = [{"sku": "ink", "quantity": 101}]
    first = await world.place(lines=lines)
    again = await world.place(lines=lines)
    assert again == {"order": first["order"], "errors": []}


async def test_the_same_key_at_once_is_one_order(world: World) -> None:
    payloads = await asyncio.gather(*(world.place() for _ in range(10)))
    assert len({payload["order"]["id"] for payload in payloads}) == 1
    assert all(payload["errors"] == [] for payload in payloads)
    assert world.shop.stock.stock["ink"].available == 98


@pytest.mark.parametrize("changes", [{"lines": [LINE]}, {"paymentMethod": "pm_sandbox_slow"}])
@pytest.mark.parametrize("first_quantity", [2, 101], ids=["while it lives", "when it has ended"])
async def test_the_same_key_with_another_input_is_a_mismatch(
    world: World, changes: dict[str, Any], first_quantity: int
) -> None:
    await world.place(lines=[{"sku": "ink", "quantity": first_quantity}])
    payload = await world.place(**{"lines": [{"sku": "ink", "quantity": first_quantity}]} | changes)
    assert payload["order"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("IDEMPOTENCY_MISMATCH", ["idempotencyKey"])
    ]


async def test_a_key_belongs_to_its_customer(world: World) -> None:
    assert await world.placed("mia") != await world.placed("ben")


async def test_a_payment_declined_later_is_on_the_order(world: World) -> None:
    order_id = await world.placed(paymentMethod="pm_card_chargeDeclined")
    answer = await world.ask("query O($id: ID!) { order(id: $id) { status reason { code } } }", {"id": order_id}, "mia")
    assert answer["data"]["order"] == {"status": "REJECTED", "reason": {"code": "PAYMENT_DECLINED"}}
    assert world.shop.stock.stock["ink"].available == 100


async def test_an_anonymous_caller_is_told_to_sign_in(world: World) -> None:
    answer = await world.ask(PLACE, {"input": order_input()})
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert world.nothing_happened()


async def test_an_engine_that_is_away_is_unavailable_and_the_key_makes_one_order_later(world: World) -> None:
    world.sagas.away = True
    answer = await world.ask(PLACE, {"input": order_input()}, "mia")
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    world.sagas.away = False
    assert await world.placed() == await world.placed()


async def test_orders_that_cannot_be_read_make_a_repeat_unavailable(world: World) -> None:
    await world.placed()
    world.shop.watched["orders"].faults["visible_orders"] = Unavailable("orders")
    answer = await world.ask(PLACE, {"input": order_input()}, "mia")
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


async def test_services_that_hang_are_unavailable_within_the_time(world: World) -> None:
    """The saga's answer and the reading of the order share one limit."""
    await world.placed()
    world.shop.watched["orders"].hangs.add("visible_orders")
    hurried = replace(world.backends, places=replace(world.backends.places, answer_within=0.2))
    mia = Actor(user_id=world.ids["mia"], roles=frozenset({Role.CUSTOMER}))
    context = RequestContext(
        backends=hurried,
        loaders=Loaders(hurried, mia),
        viewer=mia,
        request_id="r2",
    )
    variables = {"input": order_input()}
    async with asyncio.timeout(2):
        result = await graphql(build_schema(), PLACE, context_value=context, variable_values=variables)
    assert [type(error.original_error) for error in result.errors or ()] == [Unavailable]
