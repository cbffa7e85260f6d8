"""The requests of the API's bench: which documents are sent, and what counts as an answer."""

import asyncio
import itertools
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bench.api.load import Send
from bench.shop_load import stock_shop
from cli.graphql_client import GraphqlClient
from cli.shop_client import LOGIN, ShopClient
from cli.shop_views import OrderWish

TYPENAME = "{ __typename }"
PRODUCTS = """{ products(first: 20) { edges { node {
  id sku name active categories price { amount currency } stock { available } } } } }"""
ORDER = """query Order($id: ID!) { order(id: $id) {
  id status placedAt total { amount currency } customer { name }
  lines { sku name quantity unitPrice { amount } total { amount } }
  payment { status reference amount { amount } }
  workflow { id status startedAt historyLength steps { name state } } } }"""
CUSTOMER = ("bench@shop.example", "correct horse battery")
ORDERS = 20


class Requests:
    """Each kind of request, ready to be sent."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, echo: str, customer: ShopClient, orders: list[str]
    ) -> None:
        self._http = http
        self._url = url
        self._echo = echo
        self._token = customer.token
        self._orders = itertools.cycle(orders)

    async def echo(self) -> None:
        body = {"query": PRODUCTS}
        async with self._http.post(self._echo, json=body) as answer:
            if await answer.json() != body:
                raise ValueError("no echo")

    async def typename(self) -> None:
        await self._ask(TYPENAME)

    async def products(self) -> None:
        data = await self._ask(PRODUCTS)
        if len(data["products"]["edges"]) != 20:  # noqa: PLR2004 (as asked for)
            raise ValueError("not the whole page")

    async def order(self) -> None:
        data = await self._ask(ORDER, id=next(self._orders))
        if not data["order"]["workflow"]["steps"]:
            raise ValueError("no steps")

    async def login(self) -> None:
        email, password = CUSTOMER
        data = await self._ask(LOGIN, input={"email": email, "password": password})
        if not data["login"]["accessToken"]:
            raise ValueError("no token")

    async def _ask(self, document: str, **variables: object) -> dict[str, Any]:
        body = {"query": document, "variables": variables}
        headers = {"authorization": f"Bearer {self._token}"} if variables else {}
        async with self._http.post(self._url, json=body, headers=headers) as response:
            answer = await response.json()
        if "errors" in answer:
            raise ValueError(answer["errors"][0]["message"])
        data: dict[str, Any] = answer["data"]
        return data

    def by_name(self) -> dict[str, Send]:
        """All reads, the cheapest first."""
        return {"echo": self.echo, "__typename": self.typename, "products": self.products, "order": self.order}


@asynccontextmanager
async def requests_to(url: str, ops_password: str) -> AsyncIterator[tuple[Requests, int]]:
    """Requests to a shop of 50 products with a customer's orders, all confirmed; and the process of the echo."""
    echo = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.api.echo", stdout=PIPE)
    try:
        assert echo.stdout  # noqa: S101 (asked for)
        port = int(await echo.stdout.readline())
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            anonymous = ShopClient(GraphqlClient(http, url))
            await stock_shop(await anonymous.login("ops@caravan.example", ops_password))
            customer = await anonymous.register(*CUSTOMER, "Bench")
            orders = [await _confirmed(customer, number) for number in range(ORDERS)]
            yield Requests(http, url, f"http://127.0.0.1:{port}/", customer, orders), echo.pid
    finally:
        echo.terminate()
        await echo.wait()


async def _confirmed(customer: ShopClient, number: int) -> str:
    lines = {f"BENCH-{(number + offset) % 50}": 1 for offset in range(3)}
    order = (await customer.place(OrderWish(lines=lines, key=f"bench-{number}"))).accepted()
    await customer.order_in(order.id, {"CONFIRMED"})
    return order.id
