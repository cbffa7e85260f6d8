"""Reads runs of workflows from Temporal: one by its id, its steps, and lists of them. Changes none.

One run is described, never searched for: what is found by searching is a little behind.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from temporalio.client import Client, WorkflowExecution, WorkflowHandle

from gateway.ports import RunPage, RunQuery, SagaClosed, WorkflowStatus, WorkflowView
from gateway.runs import page_of
from gateway.temporal_errors import translated
from gateway.temporal_search import Search
from services.orders.models import Order
from services.shared.clock import Clock
from workflows.messages import StepView
from workflows.place_order import PlaceOrder

WITH_STEPS: Final = frozenset({"PlaceOrder"})

LOOKS_AT_ONCE: Final = 16
"""Descriptions and questions under way, of all requests: a page of orders must not flood the engine."""

SHARE: Final = 0.4
"""Of the time that an answer may take, for one look: a description and a question after it leave some for the rest."""

STATUSES: Final = {status.value: status for status in WorkflowStatus}


class Runs:
    """Implements the reading part of the Sagas port."""

    def __init__(self, client: Client, ui: str, answer_within: float, clock: Clock) -> None:
        """`ui` is the address of Temporal's web page; `answer_within` bounds an answer, in seconds."""
        self._client = client
        self._pages = f"{ui.rstrip('/')}/namespaces/{quote(client.namespace, safe='')}/workflows"
        self._within = answer_within
        self._look_within = answer_within * SHARE
        self._looks = asyncio.Semaphore(LOOKS_AT_ONCE)
        self._search = Search(client, clock, timedelta(seconds=answer_within))

    async def describe(self, workflow_id: str) -> WorkflowView | None:
        """See `Sagas.describe`."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            async with self._look() as limit:
                return self._view(await handle.describe(rpc_timeout=limit))
        except SagaClosed:
            return None

    async def steps(self, view: WorkflowView) -> tuple[StepView, ...] | None:
        """See `Sagas.steps`."""
        if view.type not in WITH_STEPS:
            return None
        handle: WorkflowHandle[PlaceOrder, Order] = self._client.get_workflow_handle_for(
            PlaceOrder.run, view.id, run_id=view.run_id
        )
        try:
            async with self._look() as limit:
                return tuple(await handle.query(PlaceOrder.steps, rpc_timeout=limit))
        except SagaClosed:
            # Forgotten since it was described.
            return None

    async def listed(self, query: RunQuery) -> RunPage:
        """See `Sagas.list_runs`."""
        async with translated(self._within):
            return page_of([self._view(run) for run in await self._search.newest(query)], query)

    @asynccontextmanager
    async def _look(self) -> AsyncIterator[timedelta]:
        """One look at the engine, waiting for its turn included. Raises what `translated` does."""
        async with translated(self._look_within), self._looks:
            yield timedelta(seconds=self._look_within)

    def _view(self, run: WorkflowExecution) -> WorkflowView:
        return WorkflowView(
            id=run.id,
            run_id=run.run_id,
            type=run.workflow_type,
            # A paused run is one that runs, to whoever knows the contract's states.
            status=STATUSES.get(run.status.name if run.status else "", WorkflowStatus.RUNNING),
            task_queue=run.task_queue,
            started_at=run.start_time,
            closed_at=run.close_time,
            history_length=run.history_length,
            url=f"{self._pages}/{quote(run.id, safe='')}/{run.run_id}/history",
        )
