"""Drives the limit: starts its worker process and places no-op orders straight at Temporal."""

import asyncio
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from bench.noop_workflow import QUEUE, BenchOrder
from bench.timings import Stopwatch
from services.shared.ids import SortableIds
from workflows.names import order_attributes
from workflows.plugin import caravan_plugin

PAYLOAD = {"order": "0" * 26, "sku": "BENCH-1", "padding": "x" * 200}


class NoopLoad:
    """Places no-op orders; `place_one` is what a crowd calls."""

    def __init__(self, client: Client, worker: Process) -> None:
        self._client = client
        self._ids = SortableIds()
        self.worker_pid = worker.pid

    async def place_one(self) -> "asyncio.Future[Stopwatch]":
        started = time.time()
        start = WithStartWorkflowOperation(
            BenchOrder.run,
            PAYLOAD,
            id=f"bench/{self._ids.new()}",
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=order_attributes("bench", "bench"),
        )
        await self._client.execute_update_with_start_workflow(
            "await_placement", start_workflow_operation=start, result_type=dict
        )
        return asyncio.ensure_future(_finished(await start.workflow_handle(), started, time.time()))


async def _finished(handle: "WorkflowHandle[BenchOrder, None]", started: float, answered: float) -> Stopwatch:
    await handle.result()
    closed = (await handle.describe()).close_time
    if closed is None:
        raise LookupError("the workflow has not closed")
    return Stopwatch(started=started, answered=answered, finished=closed.timestamp())


@asynccontextmanager
async def noop_load(temporal: str) -> AsyncIterator[NoopLoad]:
    """The limit's worker, running until left."""
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.noop_worker", temporal)
    try:
        yield NoopLoad(await Client.connect(temporal, plugins=[caravan_plugin()]), worker)
    finally:
        worker.terminate()
        await worker.wait()
