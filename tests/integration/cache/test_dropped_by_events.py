"""What is changed through a gateway that keeps no answers is seen at one that does, by the events that tell of it.

What the events tell nothing of is given again meanwhile: a change of stock leaves pages that show none.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from cli.graphql_client import GraphqlClient
from cli.shop_client import ShopClient
from cli.shop_views import OrderWish, ProductWish
from services.infra.settings import Settings
from services.shared.ids import SortableIds
from tests.integration.cache.visitor import Visitor
from tests.integration.gateways import another_gateway
from tests.integration.shop import PASSWORD
from tests.support.stack import Stack

SOON = 4.0
"""Seconds: well below the age of any answer here, so it was an event that ended it."""

STOCK = "query ($sku: String!) { product(sku: $sku) { stock { onHand available } } }"
WORDS = "query ($sku: String!) { product(sku: $sku) { id name } }"
LIST = "query ($category: String!) { products(filter: {category: $category}) { totalCount edges { node { name } } } }"
SHELF = """query ($category: String!) {
  products(filter: {category: $category, inStock: true}) { totalCount edges { node { sku } } } }"""
RENAME = """mutation ($id: ID!, $name: String!) {
  updateProduct(id: $id, input: {name: $name}) { errors { code } product { sku } } }"""
ORDERS = "{ orders { edges { node { status payment { status } } } } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who changes things at the one gateway, and the other gateway's address."""

    http: aiohttp.ClientSession
    ops: ShopClient
    buyer: ShopClient
    changing: str
    keeping: str
    category: str

    def visitor(self, token: str | None = None) -> Visitor:
        return Visitor(self.http, self.keeping, token)

    async def rename(self, product_id: str, name: str) -> None:
        ops = Visitor(self.http, self.changing, self.ops.token)
        assert (await ops.ask(RENAME, id=product_id, name=name)).data["updateProduct"]["errors"] == []

    async def product(self, stock: int) -> str:
        sku = f"C-{SortableIds().new()[-12:].upper()}"
        wish = ProductWish(
            sku=sku, name=f"Thing {sku}", description="", category=self.category, price="5.00", stock=stock
        )
        assert await self.ops.create_product(wish)
        return sku


@pytest.fixture
async def scene(stack: Stack) -> AsyncIterator[Scene]:
    addresses = stack.addresses()
    accounts = Settings().accounts
    async with (
        another_gateway(addresses, CARAVAN_CACHE__ENABLED="false") as changing,
        another_gateway(addresses, CARAVAN_CACHE__ENABLED="true") as keeping,
        aiohttp.ClientSession() as http,
    ):
        anybody = ShopClient(GraphqlClient(http, f"{changing.url}/graphql"))
        mark = SortableIds().new()
        yield Scene(
            http=http,
            ops=await anybody.login(accounts.ops_email, accounts.ops_password.get_secret_value()),
            buyer=await anybody.register(f"{mark}@test.example", PASSWORD, "Somebody"),
            changing=changing.url,
            keeping=keeping.url,
            category=f"Kept {mark}",
        )


async def test_each_change_is_seen_soon_where_it_is_shown_and_nothing_else_is_made_anew(scene: Scene) -> None:
    await scene.product(stock=3)
    sku = await scene.product(stock=7)
    visitor, buyer = scene.visitor(), scene.visitor(scene.buyer.token)
    category = scene.category
    await visitor.until(lambda data: data["products"]["totalCount"] == 2, SOON, SHELF, category=category)
    assert (await visitor.until_kept(STOCK, sku=sku)).data["product"]["stock"] == {"onHand": 7, "available": 7}
    for document in (LIST, SHELF):
        assert (await visitor.until_kept(document, category=category)).data["products"]["totalCount"] == 2
    product_id = (await visitor.until_kept(WORDS, sku=sku)).data["product"]["id"]
    assert (await buyer.until_kept(ORDERS)).data["orders"]["edges"] == []

    # An order is held, paid and taken from stock by its workflow: no gateway knows when.
    assert (await scene.buyer.place(OrderWish(lines={sku: 1}, key=sku))).order
    await visitor.until(lambda data: data["product"]["stock"] == {"onHand": 6, "available": 6}, SOON, STOCK, sku=sku)
    paid = [{"node": {"status": "CONFIRMED", "payment": {"status": "CAPTURED"}}}]
    await buyer.until(lambda data: data["orders"]["edges"] == paid, SOON, ORDERS)
    for document in (LIST, SHELF):
        assert (await visitor.ask(document, category=category)).is_kept, "no stock is on it, and none came or went"
    assert (await visitor.ask(WORDS, sku=sku)).is_kept

    # Sold out: the list of what is in stock is made from what the catalogue learns of it.
    await scene.ops.adjust_stock(sku, -6, "lost in the post")
    await visitor.until(lambda data: data["product"]["stock"]["available"] == 0, SOON, STOCK, sku=sku)
    await visitor.until(lambda data: data["products"]["totalCount"] == 1, SOON, SHELF, category=category)
    assert (await visitor.ask(LIST, category=category)).is_kept
    assert (await visitor.ask(WORDS, sku=sku)).is_kept

    await scene.rename(product_id, "Another thing")
    await visitor.until(lambda data: data["product"]["name"] == "Another thing", SOON, WORDS, sku=sku)
    await visitor.until(lambda data: "Another thing" in str(data), SOON, LIST, category=category)
    assert (await visitor.ask(STOCK, sku=sku)).data["product"]["stock"]["available"] == 0
