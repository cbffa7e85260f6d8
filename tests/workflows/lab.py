"""A time-skipping Temporal server, a worker for each queue, and a shop for each order, so that tests do not meet."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.catalog import CatalogActivities
from activities.inventory import InventoryActivities
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from tests.workflows.case import Case
from tests.workflows.shop import Shop
from workflows.expire_reservations import ExpireReservations
from workflows.launch_product import LaunchProduct
from workflows.names import CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE, PAYMENTS_QUEUE, SEARCH_ATTRIBUTES
from workflows.place_order import PlaceOrder
from workflows.plugin import caravan_plugin
from workflows.reserve_inventory import ReserveInventory

WORKFLOWS = (PlaceOrder, ReserveInventory, ExpireReservations, LaunchProduct)
QUEUES = (CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE, PAYMENTS_QUEUE)

SERVER = Path(sys.executable).with_name("temporal-test-server")


SENT: ContextVar[str | None] = ContextVar("sent", default=None)
"""The trace that the client sends along."""


class Counter:
    """A service of the shop that the running activity's workflow is about: `order/<id>` goes to the shop of `<id>`."""

    def __init__(self, shops: Mapping[str, Shop], service: str) -> None:
        self._shops = shops
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object) -> object:
            subject = (activity.info().workflow_id or "").partition("/")[2]
            return await getattr(getattr(self._shops[subject], self._service), name)(*args)

        return call


@dataclass
class Lab:
    """Where cases are tried."""

    env: WorkflowEnvironment
    client: Client
    shops: dict[str, Shop] = field(default_factory=dict)

    async def case(self, name: str = "order") -> Case:
        """A fresh shop, and an order that is to be placed in it."""
        order_id = f"{name}-{len(self.shops)}"
        shop = self.shops[order_id] = Shop()
        await shop.stock_up()
        return Case(self.env, self.client, shop, order_id)


def activities_of(shops: Mapping[str, Shop]) -> list[Callable[..., Any]]:
    catalog = CatalogActivities(cast("Any", Counter(shops, "catalog")))
    inventory = InventoryActivities(cast("Any", Counter(shops, "inventory")))
    orders = OrdersActivities(cast("Any", Counter(shops, "orders")))
    payments = PaymentsActivities(cast("Any", Counter(shops, "payments")))
    return [
        getattr(service, name)
        for service in (catalog, inventory, orders, payments)
        for name in vars(type(service))
        if not name.startswith("_")
    ]


@asynccontextmanager
async def laboratory(*, cached: int = 100, runtime: Runtime | None = None) -> AsyncIterator[Lab]:
    """Everything, running. With `cached` 0 each workflow task replays its whole history."""
    async with AsyncExitStack() as stack:
        env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER), runtime=runtime)
        await stack.enter_async_context(env)
        await _add_search_attributes(env.client)
        config = env.client.config()
        config["plugins"] = [caravan_plugin(trace=SENT.get)]
        lab = Lab(env, Client(**config))
        for queue in QUEUES:
            worker = Worker(
                lab.client,
                task_queue=queue,
                workflows=WORKFLOWS,
                activities=activities_of(lab.shops),
                max_cached_workflows=cached,
            )
            await stack.enter_async_context(worker)
        yield lab


async def _add_search_attributes(client: Client) -> None:
    names = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=names)
    await client.operator_service.add_search_attributes(request)


async def settled(*tasks: "asyncio.Future[Any]") -> None:
    """Waits for what a test has begun, whatever became of it."""
    await asyncio.gather(*tasks, return_exceptions=True)
