"""How long a shopper waits for recommendations that no gateway has kept: requests to a whole stack of its own."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import aiohttp

from bench.api.load import Load, Measured, Send, measured
from bench.recommendations.field import CLOCK, Field, connected
from bench.recommendations.filling import fill
from bench.recommendations.history import History, category_of, sku_of
from cli.graphql_client import GraphqlClient
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import ProductWish
from cli.stack.running import running_stack
from services.infra.settings import Settings
from services.recommendations.counting.models import OrderNews

PRODUCTS: Final = 200
ORDERS: Final = 5000
CUSTOMERS: Final = 8
ORDERS_OF_EACH: Final = 20
PLENTY: Final = 1000
AT_ONCE: Final = 8
CLIENTS: Final = (1, 8)
SECONDS: Final = 8.0
SHOWN: Final = 10
REFRESH: Final = "refresh-recommendations"
WITHIN: Final = 120.0
LOOK_EVERY: Final = 0.5
ALONE: Final = {
    "CARAVAN_CACHE__ENABLED": "false",
    "CARAVAN_LIMITS__BUDGET": str(10**9),
    "CARAVAN_LIMITS__BUDGET_REFILL": str(10**9),
}
"""No answer is given twice, and one address may ask for all that it likes."""

OFFER: Final = "product { sku name price { amount currency } stock { available } } score rule reason"
RECOMMENDATIONS: Final = f"{{ recommendations(first: {SHOWN}) {{ {OFFER} }} }}"
TOGETHER: Final = f"query T($sku: String!) {{ product(sku: $sku) {{ sku boughtTogether {{ {OFFER} }} }} }}"
PAGE: Final = (
    "{ products(first: 20) { edges { node { sku name boughtTogether(first: 3) { product { sku } reason } } } } }"
)
"""What is asked: a person's list, the company of one product, and that of a page of products."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Each kind of request, ready to be sent."""

    visitor: GraphqlClient
    shoppers: "itertools.cycle[GraphqlClient]"
    numbers: "itertools.cycle[int]"

    def by_name(self) -> dict[str, Send]:
        """All of them."""
        return {
            "one's own": self.own,
            "trending": self.trending,
            "bought together": self.together,
            "a page of 20, with company": self.page,
        }

    async def own(self) -> None:
        offers = (await next(self.shoppers).ask(RECOMMENDATIONS))["recommendations"]
        _expect(len(offers) == SHOWN and any(offer["rule"] != "TRENDING" for offer in offers))

    async def trending(self) -> None:
        offers = (await self.visitor.ask(RECOMMENDATIONS))["recommendations"]
        _expect(len(offers) == SHOWN)

    async def together(self) -> None:
        found = (await self.visitor.ask(TOGETHER, sku=sku_of(next(self.numbers))))["product"]
        _expect(bool(found["boughtTogether"]))

    async def page(self) -> None:
        edges = (await self.visitor.ask(PAGE))["products"]["edges"]
        _expect(any(edge["node"]["boughtTogether"] for edge in edges))


async def waits() -> list[Measured]:
    """Every kind of request, by one client and by several."""
    async with running_stack(environment=ALONE) as addresses, _shop(addresses) as requests:
        pids = {name: addresses.pids[name] for name in ("gateway", "services", "mongo")}
        return [
            await measured(Load(name=name, send=send, clients=clients, seconds=SECONDS), pids)
            for name, send in requests.by_name().items()
            for clients in CLIENTS
        ]


@asynccontextmanager
async def _shop(addresses: Addresses) -> AsyncIterator[Requests]:
    """Products on sale, customers with lists of their own, and a past that these follow from."""
    settings = Settings()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        client = GraphqlClient(http, addresses.graphql)
        visitor = ShopClient(client)
        ops = await visitor.login(settings.accounts.ops_email, settings.accounts.ops_password.get_secret_value())
        await _stock(ops)
        shoppers = [client.signed_in(str((await _customer(visitor, number)).token)) for number in range(CUSTOMERS)]
        await _give_a_past(addresses, [str((await each.ask("{ me { id } }"))["me"]["id"]) for each in shoppers])
        await ops.trigger_schedule(REFRESH)
        requests = Requests(
            visitor=client, shoppers=itertools.cycle(shoppers), numbers=itertools.cycle(range(PRODUCTS // 10))
        )
        async with asyncio.timeout(WITHIN):
            for _ in range(CUSTOMERS):
                await _until_answered(requests.own)
        yield requests


async def _stock(ops: ShopClient) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def create(number: int) -> None:
        wish = ProductWish(
            sku=sku_of(number),
            name=f"Product {number}",
            description="",
            category=category_of(number),
            price="9.99",
            stock=PLENTY,
        )
        async with slots:
            await ops.create_product(wish)

    await asyncio.gather(*(create(number) for number in range(PRODUCTS)))


async def _customer(visitor: ShopClient, number: int) -> ShopClient:
    return await visitor.register(f"bench-{number}@shop.example", "correct horse battery", f"Bench {number}")


async def _give_a_past(addresses: Addresses, user_ids: list[str]) -> None:
    """Counts what everybody has bought, and what these have: by their stores, since orders would take an hour."""
    history = History(orders=ORDERS, until=CLOCK.now(), products=PRODUCTS)
    name = f"{Settings().mongo.database_prefix}recommendations"
    async with connected(addresses) as client:
        field = Field(client=client, name=name, history=history, server=addresses.pids["mongo"])
        await fill(field.database, history)
        for place, user_id in enumerate(user_ids):
            first = ORDERS * (place + 1)
            orders = (history.order(first + number, 0) for number in range(ORDERS_OF_EACH))
            news = [OrderNews(order=replace(order, customer_id=user_id), stands=True) for order in orders]
            await field.service.stores.counts.count(news)


async def _until_answered(send: Send) -> None:
    while True:
        try:
            return await send()
        except ValueError:
            await asyncio.sleep(LOOK_EVERY)


def _expect(is_so: bool) -> None:  # noqa: FBT001 (the one thing that it looks at)
    if not is_so:
        raise ValueError("not the expected answer")
