"""A Temporal server of this machine, and the workers of all queues on one shop."""

import asyncio
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.catalog import CatalogActivities
from activities.inventory import InventoryActivities
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from services.orders.ports import OrderSteps
from tests.gateway.shop import Shop
from tests.support.mongo import free_port
from workers.registry import QUEUES, activities_of
from workflows.names import SEARCH_ATTRIBUTES
from workflows.plugin import caravan_plugin

PROGRAM = Path(sysconfig.get_path("scripts")) / "temporal"
FASTER = ("history.transferProcessorMaxPollRPS=2000", "history.timerProcessorMaxPollRPS=2000")
READY_WITHIN = 30.0
TURN = 0.1


@contextmanager
def server() -> Iterator[str]:
    """The address of a real server that keeps nothing."""
    port = free_port()
    words = [str(PROGRAM), "server", "start-dev", "--headless", "--port", str(port), "--log-level", "error"]
    for name in SEARCH_ATTRIBUTES:
        words += ["--search-attribute", f"{name.name}=Keyword"]
    for value in FASTER:
        words += ["--dynamic-config-value", value]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


@asynccontextmanager
async def engine(address: str, shop: Shop) -> AsyncIterator[Client]:
    """A client of the server, while workers run on the shop."""
    hosted: dict[str, object] = {
        "catalog": CatalogActivities(shop.catalog),
        "inventory": InventoryActivities(shop.inventory),
        "orders": OrdersActivities(cast("OrderSteps", shop.orders)),
        "payments": PaymentsActivities(shop.payments),
    }
    client = await connected(address)
    async with AsyncExitStack() as stack:
        for name, queue in QUEUES.items():
            if queue.service not in hosted:
                continue
            worker = Worker(client, task_queue=name, workflows=queue.workflows, activities=activities_of(name, hosted))
            await stack.enter_async_context(worker)
        yield client


async def connected(address: str) -> Client:
    """Waits for the server's namespace."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            try:
                client = await Client.connect(address, plugins=[caravan_plugin()])
                await client.count_workflows()
            except (RuntimeError, RPCError):
                await asyncio.sleep(TURN)
            else:
                return client
