"""The shop of the cache's bench: many products, of which some are asked for far more often. Measures nothing."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from cli.graphql_client import GraphqlClient
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import ProductWish

PLENTY: Final = 1_000_000
CUSTOMERS: Final = 20
CATEGORIES: Final = 20
MADE_AT_ONCE: Final = 8
SEED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What there is. The first SKU is the one that is asked for most."""

    skus: Sequence[str]
    customers: Sequence[ShopClient]


class Crowd:
    """What people want: by Zipf's law the n-th product is wanted 1/n times as often as the first."""

    def __init__(self, skus: Sequence[str], exponent: float) -> None:
        self._skus = skus
        self._weights = list(itertools.accumulate(1 / rank**exponent for rank in range(1, len(skus) + 1)))
        self._chance = random.Random(SEED)  # noqa: S311 (the same crowd in each run, no secret)

    def one(self) -> str:
        return self._chance.choices(self._skus, cum_weights=self._weights)[0]

    def basket(self, most: int) -> dict[str, int]:
        """One to so many different products, one of each."""
        return dict.fromkeys((self.one() for _ in range(self._chance.randint(1, most))), 1)

    def category(self) -> str:
        """That of a product that is wanted."""
        return category_of(self._skus.index(self.one()))

    def happens(self, share: float) -> bool:
        return self._chance.random() < share

    def among(self, customers: Sequence[ShopClient]) -> ShopClient:
        return self._chance.choice(customers)


def category_of(number: int) -> str:
    """Popular products are spread over all categories."""
    return f"Bench {number % CATEGORIES}"


@asynccontextmanager
async def opened_shop(addresses: Addresses, ops_password: str, products: int) -> AsyncIterator[Shop]:
    """So many products on sale, and customers."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        anonymous = ShopClient(GraphqlClient(http, addresses.graphql))
        ops = await anonymous.login("ops@caravan.example", ops_password)
        skus = [f"CACHE-{number}" for number in range(products)]
        await _made(ops, skus)
        customers = [
            await anonymous.register(f"cache-{number}@shop.example", "correct horse battery", f"Cache {number}")
            for number in range(CUSTOMERS)
        ]
        yield Shop(skus=skus, customers=customers)


async def _made(ops: ShopClient, skus: Sequence[str]) -> None:
    slots = asyncio.Semaphore(MADE_AT_ONCE)

    async def make(number: int, sku: str) -> None:
        wish = ProductWish(
            sku=sku,
            name=f"Cached product {number}",
            description="Made of canvas and steel, tested in wind and rain, repaired by us for ten years.",
            category=category_of(number),
            price="9.99",
            stock=PLENTY,
        )
        async with slots:
            await ops.create_product(wish)

    # The newest are on the first page: those that are wanted most are made last.
    await asyncio.gather(*(make(number, sku) for number, sku in reversed(list(enumerate(skus)))))
