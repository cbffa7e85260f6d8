"""Temporal as a process uses it: the connection, the search attributes, and a worker for each queue."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.replays import ReplayActivities
from services.infra.settings import TemporalSettings
from services.infra.telemetry import current_trace
from services.shared.errors import Unavailable
from workers.absent_steps import absent_steps
from workers.registry import QUEUES, activities_of
from workers.tuning import worker_options
from workflows.names import SEARCH_ATTRIBUTES
from workflows.plugin import caravan_plugin

DEPENDENCY: Final = "temporal"
ANSWER_WITHIN: Final = timedelta(seconds=5)
PROBE_WITHIN: Final = timedelta(seconds=1)


async def connect(settings: TemporalSettings, runtime: Runtime) -> Client:
    """A connected client; it reconnects by itself from then on. Raises Unavailable."""
    try:
        return await Client.connect(
            settings.address,
            namespace=settings.namespace,
            plugins=[caravan_plugin(sandboxed=False, trace=current_trace)],
            runtime=runtime,
        )
    except RuntimeError as failure:
        raise Unavailable(DEPENDENCY) from failure


async def probe(client: Client) -> bool:
    """Whether Temporal answers now."""
    try:
        return await client.service_client.check_health(timeout=PROBE_WITHIN)
    except RPCError:
        return False


async def ensure_search_attributes(client: Client) -> None:
    """Registers the ones that are missing; returns when all can be used, which is a while after they are listed.

    Raises:
        Unavailable: not now; ask again.
    """
    try:
        for key in await _missing(client):
            await _add(client, key)
        for key in SEARCH_ATTRIBUTES:
            await client.count_workflows(f"{key.name} = 'probe'", rpc_timeout=ANSWER_WITHIN)
    except RPCError as failure:
        raise Unavailable(DEPENDENCY, "search attributes are not ready") from failure


async def _missing(client: Client) -> list[SearchAttributeKey[str]]:
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=ANSWER_WITHIN
    )
    return [key for key in SEARCH_ATTRIBUTES if key.name not in listed.custom_attributes]


async def _add(client: Client, key: SearchAttributeKey[str]) -> None:
    request = AddSearchAttributesRequest(
        namespace=client.namespace,
        search_attributes={key.name: IndexedValueType.ValueType(int(key.indexed_value_type))},
    )
    try:
        await client.operator_service.add_search_attributes(request, timeout=ANSWER_WITHIN)
    except RPCError as failure:
        # Another process was first.
        if failure.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


def worker_makers(
    client: Client,
    hosted: Mapping[str, object],
    replays: Mapping[str, ReplayActivities],
    threads: ThreadPoolExecutor,
) -> dict[str, Callable[[], Worker]]:
    """What makes the worker of each hosted service's queues, by queue. See `activities_of`, `absent_steps`."""

    def maker(queue: str) -> Callable[[], Worker]:
        return lambda: Worker(
            client,
            task_queue=queue,
            workflows=QUEUES[queue].workflows,
            activities=[*activities_of(queue, hosted, replays), *absent_steps(queue, hosted)],
            **worker_options(queue, threads),
        )

    return {queue: maker(queue) for queue, entry in QUEUES.items() if entry.service in hosted}


async def run_worker(make: Callable[[], Worker], stop: asyncio.Event) -> None:
    """Runs a worker until told to stop, then drains it.

    Raises:
        Exception: the worker has failed for good; another one may be made.
    """
    worker = make()
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await worker.shutdown()
        await running
    finally:
        stopping.cancel()
        running.cancel()
