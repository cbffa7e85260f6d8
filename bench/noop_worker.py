"""The process that runs the limit's workflows: one worker a queue, as the services' process has. Runs until SIGTERM."""

import asyncio
import gc
import signal
import sys

from temporalio.client import Client
from temporalio.worker import Worker

from bench.noop_workflow import CHILD_QUEUE, QUEUE, REMOTE_QUEUE, BenchOrder, BenchReserve, do_nothing
from services.infra.garbage import collect_garbage_less_often
from workers.tuning import worker_options, workflow_threads
from workflows.names import INVENTORY_QUEUE, ORDERS_QUEUE, PAYMENTS_QUEUE
from workflows.plugin import caravan_plugin
from workflows.runtime import new_runtime


async def _serve(address: str) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    client = await Client.connect(address, plugins=[caravan_plugin(sandboxed=False)], runtime=new_runtime())
    threads = workflow_threads()
    orders, children, remote = (
        Worker(client, task_queue=queue, workflows=workflows, activities=[do_nothing], **worker_options(like, threads))
        for queue, like, workflows in (
            (QUEUE, ORDERS_QUEUE, [BenchOrder]),
            (CHILD_QUEUE, INVENTORY_QUEUE, [BenchReserve]),
            (REMOTE_QUEUE, PAYMENTS_QUEUE, []),
        )
    )
    async with orders, children, remote:
        await stopping.wait()


if __name__ == "__main__":
    collect_garbage_less_often()
    asyncio.run(_serve(sys.argv[1]))
    gc.collect()
