"""How an order is started, joined or found ended, in one call of Temporal: update-with-start.

The update's id is made of the input, so that repeats of a request are one update however many come at once (a run takes
ten updates at a time). The server answers from such an update even after its run has ended. That is right for an order
that was kept, and wrong for a run that failed and kept nothing: there the same key may be tried again, in a new run.
So it is for a run that somebody ended from outside while its order was open: a new run goes on where it was.
"""

import asyncio
from datetime import timedelta
from typing import Any, Final, cast

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from services.orders.models import Order
from workflows.messages import AwaitPlacement, Placement, PlaceOrderInput
from workflows.names import ORDERS_QUEUE, order_attributes, order_workflow_id
from workflows.place_order import PlaceOrder

STARTED_BY: Final = "requestId"
"""The memo that tells whose request started a run."""

BROKEN_OFF: Final = frozenset(
    {
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.TIMED_OUT,
        WorkflowExecutionStatus.CANCELED,
    }
)
"""How a run may have ended that may be followed by another one of the same id."""

Start = WithStartWorkflowOperation[PlaceOrder, Order]


class Placements:
    """Places orders; raises what Temporal's client raises."""

    def __init__(self, client: Client, answer_within: float) -> None:
        self._client = client
        self._within = timedelta(seconds=answer_within)

    async def place(self, command: PlaceOrderInput) -> Placement:
        """The early answer of the order's present run, or of a new one."""
        first = _update_of(command)
        start = _start_of(command)
        try:
            return await self._update(start, command, first)
        except WorkflowUpdateFailedError:
            ended = await self._failed_run_of_another(start, command)
            if ended is None:
                raise
        # All who were answered by that run ask under this id, so that they are one update again.
        return await self._update(_start_of(command), command, f"{first}-{ended}")

    async def revive(self, command: PlaceOrderInput) -> bool:
        """Starts a new run where the last one has ended without having completed; whether it had."""
        last = self._client.get_workflow_handle(order_workflow_id(command.order_id))
        found = await last.describe(rpc_timeout=self._within)
        if found.status not in BROKEN_OFF:
            return False
        await self._update(_start_of(command), command, f"{_update_of(command)}-{found.run_id}")
        return True

    async def _update(self, start: Start, command: PlaceOrderInput, update_id: str) -> Placement:
        placement: Placement = await self._client.execute_update_with_start_workflow(
            cast("Any", PlaceOrder.await_placement),
            AwaitPlacement(fingerprint=command.fingerprint),
            id=update_id,
            start_workflow_operation=start,
            rpc_timeout=self._within,
        )
        return placement

    async def _failed_run_of_another(self, start: Start, command: PlaceOrderInput) -> str | None:
        """The run that the failure came from, if it had ended and another request had started it."""
        handle = await start.workflow_handle()
        run = self._client.get_workflow_handle(handle.id, run_id=handle.result_run_id)
        found = await run.describe(rpc_timeout=self._within)
        if found.status is WorkflowExecutionStatus.RUNNING:
            return None
        started_by = await found.memo_value(STARTED_BY, default=None, type_hint=str)
        return None if started_by == command.request_id else found.run_id


def _update_of(command: PlaceOrderInput) -> str:
    return f"placement-{command.fingerprint}"


def _start_of(command: PlaceOrderInput) -> Start:
    start: Start = WithStartWorkflowOperation(
        PlaceOrder.run,
        command,
        id=order_workflow_id(command.order_id),
        task_queue=ORDERS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        search_attributes=order_attributes(command.order_id, command.customer_id),
        static_summary=f"an order of {len(command.lines)} lines",
        memo={STARTED_BY: command.request_id},
    )
    # The update's failure is the start's too; unless somebody looks at it there, asyncio complains of it on its own.
    start._workflow_handle.add_done_callback(asyncio.Future.exception)  # noqa: SLF001 (awaiting it may never end)
    return start
