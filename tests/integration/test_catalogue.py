"""The catalogue on the whole system: what is in stock is heard of, and no change of a product touches an order."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cli.graphql_client import GraphqlClient
from services.infra.settings import Settings
from tests.integration.shop import PATIENCE, Shop, ended
from tests.support.stack import Stack

LOGIN = "mutation L($input: LoginInput!) { login(input: $input) { accessToken } }"

IN_STOCK = """query S($sku: String!) { products(filter: {search: $sku, inStock: true}) { edges { node { sku } } } }"""
PRODUCT = "query P($sku: String!) { product(sku: $sku) { id name price { amount } active } }"
UPDATE = """mutation U($id: ID!) {
  updateProduct(id: $id, input: {name: "Dearer", price: {amount: "99", currency: "EUR"}}) {
  product { price { amount } } errors { code } } }"""
ARCHIVE = "mutation A($id: ID!) { archiveProduct(id: $id) { product { active } errors { code } } }"
ORDER = "query O($id: ID!) { order(id: $id) { status total { amount } lines { name unitPrice { amount } } } }"


@pytest.fixture
async def ops(stack: Stack) -> AsyncIterator[GraphqlClient]:
    """One who runs the shop, and asks for what no other client of the tests asks for."""
    accounts = Settings().accounts
    async with aiohttp.ClientSession() as http:
        visitor = GraphqlClient(http, stack.addresses().graphql)
        wish = {"email": accounts.ops_email, "password": accounts.ops_password.get_secret_value()}
        yield visitor.signed_in((await visitor.ask(LOGIN, input=wish))["login"]["accessToken"])


async def until_in_stock(client: GraphqlClient, sku: str, *, in_stock: bool) -> None:
    """Asks again and again: the catalogue hears of stock, it does not ask."""
    async with asyncio.timeout(PATIENCE):
        while bool((await client.ask(IN_STOCK, sku=sku))["products"]["edges"]) is not in_stock:
            pass


async def test_what_is_sold_out_leaves_the_list_of_what_is_in_stock(shop: Shop, ops: GraphqlClient) -> None:
    (sku,) = await shop.products(1, stock=1)
    await until_in_stock(ops, sku, in_stock=True)
    buyer = await shop.customer()
    assert (await ended(buyer, await buyer.place(shop.wish({sku: 1})))).status == "CONFIRMED"
    await until_in_stock(ops, sku, in_stock=False)
    await shop.ops.adjust_stock(sku, 2, "delivered")
    await until_in_stock(ops, sku, in_stock=True)


async def test_no_change_of_a_product_touches_an_order_that_was_placed(shop: Shop, ops: GraphqlClient) -> None:
    (sku,) = await shop.products(1, stock=3, price="12.50")
    product_id = (await ops.ask(PRODUCT, sku=sku))["product"]["id"]
    buyer = await shop.customer()
    placed = (await buyer.place(shop.wish({sku: 2}, "pm_sandbox_slow"))).accepted()

    dearer = (await ops.ask(UPDATE, id=product_id))["updateProduct"]
    archived = (await ops.ask(ARCHIVE, id=product_id))["archiveProduct"]

    assert dearer == {"product": {"price": {"amount": "99.00"}}, "errors": []}
    assert archived == {"product": {"active": False}, "errors": []}
    assert (await buyer.order_in(placed.id, ("CONFIRMED",), PATIENCE)).status == "CONFIRMED"
    order = (await ops.ask(ORDER, id=placed.id))["order"]
    assert order["total"] == {"amount": "25.00"}
    assert order["lines"] == [{"name": f"Thing {sku}", "unitPrice": {"amount": "12.50"}}]
    refused = await buyer.place(shop.wish({sku: 1}))
    assert (refused.order, refused.codes) == (None, ("NOT_FOUND",))
