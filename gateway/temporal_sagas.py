"""The gateway's port to workflows on Temporal: starts, updates and descriptions. Decides nothing about orders.

What Temporal raises is translated here and nowhere else in the gateway.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import quote

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from gateway.ports import SagaClosed, WorkflowStatus, WorkflowView
from services.orders.models import Order
from services.shared.errors import Unavailable
from workflows.failures import refusal_of
from workflows.launch_product import LaunchProduct
from workflows.messages import (
    AwaitPlacement,
    CancelOrder,
    DeliverOrder,
    LaunchProductInput,
    LaunchProductResult,
    Placement,
    PlaceOrderInput,
    ResolveStep,
    ShipOrder,
    StepView,
)
from workflows.names import CATALOG_QUEUE, ORDERS_QUEUE, order_attributes, order_workflow_id, product_workflow_id
from workflows.place_order import PlaceOrder

DEPENDENCY: Final = "workflows"
"""What a client hears of when the engine, or a worker, does not answer."""

UNTIL_DONE: Final = 20.0
"""Seconds for a message that was accepted: a refund may wait for a slow provider."""

OVER: Final = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.ALREADY_EXISTS})
"""A message to a workflow that has ended; a start of one that has, where the server gives no details."""

WITH_STEPS: Final = frozenset({"PlaceOrder"})


@asynccontextmanager
async def translated(seconds: float) -> AsyncIterator[None]:
    """What happens inside is done in time, or Unavailable; refusals and ends come out as the port says."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (WorkflowUpdateFailedError, WorkflowFailureError) as failure:
        raise refusal_of(failure) or Unavailable(DEPENDENCY, "gave up") from failure
    except WorkflowAlreadyStartedError:
        raise SagaClosed from None
    except RPCError as failure:
        if failure.status in OVER:
            raise SagaClosed from None
        raise Unavailable(DEPENDENCY) from failure
    except (TimeoutError, RPCTimeoutOrCancelledError, RuntimeError) as failure:
        # A client that cannot connect raises a plain RuntimeError.
        raise Unavailable(DEPENDENCY) from failure


class TemporalSagas:
    """Implements the Sagas port."""

    def __init__(self, client: Client, ui: str, answer_within: float) -> None:
        """`ui` is the address of Temporal's web page; `answer_within` bounds an answer, in seconds."""
        self._client = client
        self._runs = f"{ui.rstrip('/')}/namespaces/{quote(client.namespace, safe='')}/workflows"
        self._within = answer_within

    async def place_order(self, command: PlaceOrderInput) -> Placement:
        """See `Sagas.place_order`. The update's id is the input's, so that repeats of it are one update."""
        async with translated(self._within):
            placement: Placement = await self._client.execute_update_with_start_workflow(
                cast("Any", PlaceOrder.await_placement),
                AwaitPlacement(fingerprint=command.fingerprint),
                id=f"placement-{command.fingerprint}",
                start_workflow_operation=_start_of(command),
                rpc_timeout=timedelta(seconds=self._within),
            )
        return placement

    async def cancel_order(self, order_id: str, command: CancelOrder) -> Order:
        """See `Sagas.cancel_order`."""
        order: Order = await self._tell(order_workflow_id(order_id), PlaceOrder.cancel, command)
        return order

    async def ship_order(self, order_id: str, command: ShipOrder) -> Order:
        """See `Sagas.ship_order`."""
        order: Order = await self._tell(order_workflow_id(order_id), PlaceOrder.ship, command)
        return order

    async def deliver_order(self, order_id: str, command: DeliverOrder) -> Order:
        """See `Sagas.deliver_order`."""
        order: Order = await self._tell(order_workflow_id(order_id), PlaceOrder.deliver, command)
        return order

    async def resolve_step(self, workflow_id: str, command: ResolveStep) -> None:
        """See `Sagas.resolve_step`."""
        await self._tell(workflow_id, PlaceOrder.resolve_step, command)

    async def launch_product(self, command: LaunchProductInput) -> LaunchProductResult:
        """See `Sagas.launch_product`."""
        async with translated(self._within):
            return await self._client.execute_workflow(
                LaunchProduct.run,
                command,
                id=product_workflow_id(command.product.product_id),
                task_queue=CATALOG_QUEUE,
                static_summary=f"launch {command.product.sku}",
                rpc_timeout=timedelta(seconds=self._within),
            )

    async def describe(self, workflow_id: str) -> WorkflowView | None:
        """See `Sagas.describe`."""
        try:
            async with translated(self._within):
                found = await self._client.get_workflow_handle(workflow_id).describe(
                    rpc_timeout=timedelta(seconds=self._within)
                )
        except SagaClosed:
            return None
        return WorkflowView(
            id=found.id,
            run_id=found.run_id,
            type=found.workflow_type,
            status=WorkflowStatus[found.status.name if found.status else "RUNNING"],
            task_queue=found.task_queue,
            started_at=found.start_time,
            closed_at=found.close_time,
            history_length=found.history_length,
            url=f"{self._runs}/{quote(found.id, safe='')}/{found.run_id}/history",
        )

    async def steps(self, view: WorkflowView) -> tuple[StepView, ...] | None:
        """See `Sagas.steps`."""
        if view.type not in WITH_STEPS:
            return None
        handle: WorkflowHandle[PlaceOrder, Order] = self._client.get_workflow_handle_for(
            PlaceOrder.run, view.id, run_id=view.run_id
        )
        async with translated(self._within):
            return tuple(await handle.query(PlaceOrder.steps, rpc_timeout=timedelta(seconds=self._within)))

    async def check(self) -> None:
        """See `Sagas.check`."""
        async with translated(self._within):
            await self._client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=self._client.namespace)
            )

    async def _tell(self, workflow_id: str, update: Any, command: object) -> Any:  # noqa: ANN401 (the update's types)
        """An update: heard within the usual time, done within a longer one."""
        handle = self._client.get_workflow_handle(workflow_id)
        async with translated(self._within):
            heard = await handle.start_update(
                update,
                command,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                rpc_timeout=timedelta(seconds=self._within),
            )
        async with translated(UNTIL_DONE):
            return await heard.result()


def _start_of(command: PlaceOrderInput) -> WithStartWorkflowOperation[PlaceOrder, Order]:
    start: WithStartWorkflowOperation[PlaceOrder, Order] = WithStartWorkflowOperation(
        PlaceOrder.run,
        command,
        id=order_workflow_id(command.order_id),
        task_queue=ORDERS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        search_attributes=order_attributes(command.order_id, command.customer_id),
        static_summary=f"an order of {len(command.lines)} lines",
    )
    # The update's failure is the start's too; unless somebody looks at it there, asyncio complains of it on its own.
    start._workflow_handle.add_done_callback(asyncio.Future.exception)  # noqa: SLF001 (awaiting it may never end)
    return start
