"""The four services that the saga speaks to: the real rules over memory stores, behind faces with scripted faults."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from services.catalog.memory import MemoryProductStore
from services.catalog.models import CreateProduct
from services.catalog.ports import Catalog
from services.catalog.service import CatalogService
from services.inventory.memory import MemoryStockStore
from services.inventory.models import HoldStock, OpenStock, ReservedLine
from services.inventory.ports import Inventory
from services.inventory.service import InventoryService
from services.orders.memory import MemoryOrderStore
from services.orders.models import AdvanceOrder, Order
from services.orders.ports import Orders
from services.orders.service import OrderService
from services.payments.memory import MemoryPaymentProvider, MemoryPaymentStore
from services.payments.ports import Payments
from services.payments.service import PaymentService
from services.shared.events import Event, Origin
from services.shared.money import Money
from tests.support.doubles import CountingIds, StandingClock
from tests.workflows.faults import Script

PRICE = Money(minor=1999, currency="EUR")
STOCK = 100


class Face:
    """A service with a script around each of its operations."""

    def __init__(self, service: object, context: str, script: Script) -> None:
        self._service = service
        self._context = context
        self._script = script

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object) -> object:
            async with self._script.call(_word(name, args), self._context):
                return await getattr(self._service, name)(*args)

        return call


WORDS = {
    "price_lines": "price",
    "create_product": "create",
    "record_order": "record",
    "orders_by_id": "find",
    "hold_stock": "hold",
    "commit_hold": "commit",
    "release_hold": "release",
    "expire_holds": "expire",
    "open_stock": "open",
    "authorize_payment": "authorize",
    "capture_payment": "capture",
    "cancel_payment": "cancel",
}
"""What each operation is called in scripts and journals."""


def _word(name: str, args: tuple[object, ...]) -> str:
    """Moving an order is named after the state that it comes into."""
    return args[0].status.value if args and isinstance(args[0], AdvanceOrder) else WORDS[name]


class Shop:
    """All four, with one script and one journal; stocked with SKUs `ink`, `pen` and `pad`."""

    def __init__(self) -> None:
        self.script = Script()
        self.clock = StandingClock()
        ids = CountingIds()
        self._products = MemoryProductStore()
        self._stock = MemoryStockStore()
        self._orders = MemoryOrderStore()
        self._payments = MemoryPaymentStore()
        self.provider = MemoryPaymentProvider()
        self._services = (
            CatalogService(self._products, self.clock, ids),
            InventoryService(self._stock, self.clock, ids),
            OrderService(self._orders, self.clock, ids),
            PaymentService(self._payments, self.provider, self.clock, ids),
        )
        catalog, inventory, orders, payments = self._services
        self.catalog = cast("Catalog", Face(catalog, "catalog", self.script))
        self.inventory = cast("Inventory", Face(inventory, "inventory", self.script))
        self.orders = cast("Orders", Face(orders, "orders", self.script))
        self.payments = cast("Payments", Face(payments, "payments", self.script))

    async def stock_up(self) -> None:
        catalog, inventory, _, _ = self._services
        for sku in ("ink", "pen", "pad"):
            product = CreateProduct(
                product_id=sku, sku=sku, name=sku.title(), description="", categories=(), price=PRICE
            )
            await catalog.create_product(product, Origin())
            await inventory.open_stock(OpenStock(sku=sku, quantity=STOCK), Origin())

    def archive(self, sku: str) -> None:
        self._products.products[sku] = replace(self._products.products[sku], active=False)

    async def expire_holds(self) -> None:
        """What the schedule does, a day later."""
        self.clock.advance(timedelta(days=1))
        await self._services[1].expire_holds(100, Origin(causation_id="sweep"))

    async def hold_and_forget(self, count: int) -> None:
        """So many holds of other orders, past their deadline."""
        line = ReservedLine(sku="ink", quantity=1)
        for number in range(count):
            wish = HoldStock(order_id=f"lost-{number}", lines=(line,), ttl_seconds=1)
            await self._services[1].hold_stock(wish, Origin())
        self.clock.advance(timedelta(days=1))

    async def available(self, sku: str) -> int:
        (item,) = await self._services[1].stock_of([sku])
        assert item.on_hand == item.available + item.reserved
        return item.available

    async def order(self, order_id: str) -> Order | None:
        found = await self._services[2].orders_by_id([order_id])
        return found[0] if found else None

    def events(self) -> list[Event]:
        """What the saga has had told to the world, context by context."""
        told = [*self._stock.events, *self._orders.events, *self._payments.events]
        return [event for event in told if event.origin.causation_id]

    def movements(self) -> list[str]:
        """What the provider did with money, in order."""
        return [movement.kind for movement in self.provider.ledger]
