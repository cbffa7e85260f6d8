"""A time-skipping Temporal server with the workers of all queues on one shop."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.catalog import CatalogActivities
from activities.inventory import InventoryActivities
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from tests.gateway.shop import Shop
from workers.registry import QUEUES, activities_of
from workflows.names import SEARCH_ATTRIBUTES
from workflows.plugin import caravan_plugin

SERVER = Path(sys.executable).with_name("temporal-test-server")


@asynccontextmanager
async def engine(shop: Shop) -> AsyncIterator[Client]:
    """A client of it, while it runs."""
    hosted: dict[str, object] = {
        "catalog": CatalogActivities(shop.catalog),
        "inventory": InventoryActivities(shop.inventory),
        "orders": OrdersActivities(shop.orders),
        "payments": PaymentsActivities(shop.payments),
    }
    environment = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
    async with environment, AsyncExitStack() as stack:
        names = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=environment.client.namespace, search_attributes=names)
        )
        config = environment.client.config()
        config["plugins"] = [caravan_plugin()]
        client = Client(**config)
        for name, queue in QUEUES.items():
            worker = Worker(client, task_queue=name, workflows=queue.workflows, activities=activities_of(name, hosted))
            await stack.enter_async_context(worker)
        yield client
