"""A list of fifty costs as many calls of services as a list of one."""

import pytest

from tests.gateway.world import World

PRODUCTS = "{ products(first: %d) { edges { node { sku stock { available } } } } }"
ORDERS = """{ orders(first: %d) { edges { node { id customer { name } payment { status }
  lines { product { name stock { onHand } } } workflow { id } } } } }"""


@pytest.mark.parametrize("size", [1, 50])
async def test_products_with_their_stock_are_two_calls(world: World, size: int) -> None:
    await world.shop.stock_up(*(f"s{n}" for n in range(50)))
    world.forget()
    answer = await world.ask(PRODUCTS % size)
    assert len(answer["data"]["products"]["edges"]) == size
    assert world.shop.counted() == {"catalog.list_products": 1, "inventory.stock_of": 1}


@pytest.mark.parametrize("size", [1, 50])
async def test_orders_with_all_around_them_are_a_call_each_kind(world: World, size: int) -> None:
    for number in range(50):
        await world.placed(idempotencyKey=f"k{number}", lines=[{"sku": "ink", "quantity": 1}])
    world.forget()
    answer = await world.ask(ORDERS % size, {}, "mia")
    assert len(answer["data"]["orders"]["edges"]) == size
    assert world.shop.counted() == {
        "orders.list_orders": 1,
        "users.visible_users": 1,
        "payments.visible_payments": 1,
        "catalog.products_by_sku": 1,
        "inventory.stock_of": 1,
    }


async def test_fifty_orders_by_id_are_one_call(world: World) -> None:
    ids = [await world.placed(idempotencyKey=f"k{n}", lines=[{"sku": "ink", "quantity": 1}]) for n in range(50)]
    world.forget()
    query = "{ " + " ".join(f'o{n}: order(id: "{order_id}") {{ id }}' for n, order_id in enumerate(ids)) + " }"
    answer = await world.ask(query, {}, "mia")
    assert [order["id"] for order in answer["data"].values()] == ids
    assert world.shop.counted() == {"orders.visible_orders": 1}


async def test_nothing_loaded_for_one_request_is_shown_to_the_next(world: World) -> None:
    query = '{ product(sku: "ink") { stock { available } } }'
    before = await world.ask(query)
    await world.placed()
    after = await world.ask(query)
    shown = [answer["data"]["product"]["stock"]["available"] for answer in (before, after)]
    assert shown == [100, 98]
