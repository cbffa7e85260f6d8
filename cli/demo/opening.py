"""Opens the sample shop through GraphQL: the staff signs in, products and customers are there. Can be repeated."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from cli.demo.catalogue import PRODUCTS
from cli.demo.stage import People
from cli.shop_client import ShopClient
from cli.shop_views import ProductWish
from services.infra.settings import AccountsSettings

Result = TypeVar("Result")

SHOPPERS = ("Ada", "Bilal", "Chiara", "Dawit", "Esi", "Farid", "Gita", "Hugo")
CROWD = 40
AT_ONCE = 8
PASSPHRASE = "a slow journey is a good journey"  # noqa: S105 (of invented customers)


async def open_shop(visitor: ShopClient, accounts: AccountsSettings) -> tuple[People, int]:
    """The people of the demo, and how many products are new. Goods sold in an earlier demo are delivered again."""
    ops = await visitor.login(accounts.ops_email, accounts.ops_password.get_secret_value())
    slots = asyncio.Semaphore(AT_ONCE)
    products, shoppers, crowd = await asyncio.gather(
        _all(slots, (_stocked(ops, product) for product in PRODUCTS)),
        _all(slots, (_customer(visitor, name) for name in SHOPPERS)),
        _all(slots, (_customer(visitor, f"Buyer {number:02}") for number in range(1, CROWD + 1))),
    )
    people = People(ops=ops, shoppers=dict(zip(SHOPPERS, shoppers, strict=True)), crowd=tuple(crowd))
    return people, sum(products)


async def _stocked(ops: ShopClient, product: ProductWish) -> bool:
    is_new = await ops.create_product(product)
    if not is_new and (missing := product.stock - await ops.available(product.sku)) > 0:
        await ops.adjust_stock(product.sku, missing, "restocked for the demo")
    return is_new


async def _customer(visitor: ShopClient, name: str) -> ShopClient:
    address = name.lower().replace(" ", "-") + "@waystation.example"
    return await visitor.register(address, PASSPHRASE, name)


async def _all(slots: asyncio.Semaphore, work: Iterable[Awaitable[Result]]) -> list[Result]:
    async def one(item: Awaitable[Result]) -> Result:
        async with slots:
            return await item

    return await asyncio.gather(*(one(item) for item in work))
