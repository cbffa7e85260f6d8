"""A shop of one test: its own products, customers and keys on a running system. Speaks GraphQL as any client does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp

from cli.graphql_client import GraphqlClient
from cli.invariants.command import check_invariants
from cli.invariants.sources.ledger import Ledger
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.shop_views import OrderAnswer, OrderView, OrderWish, ProductWish
from services.infra.settings import Settings
from services.shared.ids import SortableIds

Result = TypeVar("Result")

PATIENCE = 120.0
REGISTRATIONS_AT_ONCE = 8
PASSWORD = "a long walk to the sea"
FINAL = ("CONFIRMED", "REJECTED", "CANCELLED", "DELIVERED")


class Shop:
    """What a test does in the shop."""

    def __init__(self, visitor: ShopClient, ops: ShopClient, ledger: Ledger) -> None:
        self._visitor = visitor
        self._ids = SortableIds()
        self._ledger = ledger
        self.ops = ops

    async def products(self, count: int, stock: int, price: str = "12.50") -> list[str]:
        """SKUs that no other test has, with so much stock each."""
        mark = self._ids.new()[-10:].upper()
        skus = [f"T-{mark}-{number}" for number in range(count)]
        for sku in skus:
            wish = ProductWish(sku=sku, name=f"Thing {sku}", description="", category="Test", price=price, stock=stock)
            assert await self.ops.create_product(wish)
        return skus

    async def customer(self) -> ShopClient:
        """Somebody new."""
        mark = self._ids.new()
        return await self._visitor.register(f"{mark}@test.example", PASSWORD, "Somebody")

    async def reader(self) -> tuple[ShopClient, str]:
        """Somebody new, and their address."""
        address = f"{self._ids.new()}@test.example"
        return await self._visitor.register(address, PASSWORD, "Somebody"), address

    async def customers(self, count: int) -> list[ShopClient]:
        """Many new people."""
        slots = asyncio.Semaphore(REGISTRATIONS_AT_ONCE)

        async def one() -> ShopClient:
            async with slots:
                return await self.customer()

        return await asyncio.gather(*(one() for _ in range(count)))

    def wish(self, lines: dict[str, int], method: str = "pm_card_visa") -> OrderWish:
        """An order under a key of its own."""
        return OrderWish(lines=lines, key=self._ids.new(), method=method)

    async def done_by_provider(self, order_id: str) -> list[str]:
        """The kinds of what the provider did for an order, oldest first."""
        return [entry.kind for entry in await self._ledger.entries(order_id)]


async def ended(buyer: ShopClient, answer: OrderAnswer) -> OrderView:
    """The order at its end, whatever the early answer was."""
    assert answer.order is not None, answer.errors
    if answer.order.status in FINAL:
        return answer.order
    return await buyer.order_in(answer.order.id, FINAL, PATIENCE)


async def ends(orders: Iterable[Awaitable[OrderView]]) -> Counter[str]:
    """How many orders ended how: "CONFIRMED", "REJECTED OUT_OF_STOCK"."""
    return Counter(state_of(order) for order in await asyncio.gather(*orders))


def state_of(order: OrderView) -> str:
    return f"{order.status} {order.reason.code}" if order.reason else order.status


@asynccontextmanager
async def opened_shop(addresses: Addresses) -> AsyncIterator[Shop]:
    """A shop on a running system."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        visitor = ShopClient(GraphqlClient(http, addresses.graphql, patience=PATIENCE))
        accounts = Settings().accounts
        ops = await visitor.login(accounts.ops_email, accounts.ops_password.get_secret_value())
        yield Shop(visitor, ops, Ledger(http, addresses.payment_sandbox))


async def broken_invariants(addresses: Addresses) -> dict[str, str]:
    """What does not hold, and why; empty when all is well."""
    findings = await check_invariants(addresses, PATIENCE)
    return {finding.name: finding.detail for finding in findings if not finding.holds}
