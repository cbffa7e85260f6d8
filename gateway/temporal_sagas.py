"""The gateway's port to workflows on Temporal: starts and updates. Decides nothing about orders.

How an order is placed is in `temporal_placement`, how runs are read in `temporal_runs`, what Temporal raises in
`temporal_errors`.
"""

from datetime import timedelta
from typing import Any, Final

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import (
    Client,
    WorkflowUpdateStage,
)

from gateway.admission import Admission
from gateway.ports import RunPage, RunQuery, SagaClosed, WorkflowView
from gateway.temporal_errors import translated
from gateway.temporal_placement import Placements
from gateway.temporal_runs import Runs
from services.orders.models import Order
from workflows.launch_product import LaunchProduct
from workflows.messages import (
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
from workflows.names import CATALOG_QUEUE, order_workflow_id, product_workflow_id
from workflows.place_order import PlaceOrder

UNTIL_DONE: Final = 20.0
"""Seconds for a message that was accepted: a refund may wait for a slow provider."""


class TemporalSagas:
    """Implements the Sagas port."""

    def __init__(self, client: Client, runs: Runs, answer_within: float, placements_at_once: int) -> None:
        """`runs` reads what this one starts; `answer_within` bounds an answer, in seconds.

        A placement waits at most half of that for its turn, so that the other half is left to do it. When all of it
        is over is for the one to say who asks, and who has more to do than this.
        """
        self._client = client
        self._runs = runs
        self._within = answer_within
        self._placements = Placements(client, answer_within)
        self._door = Admission(placements_at_once, answer_within / 2)

    async def place_order(self, command: PlaceOrderInput) -> Placement:
        """See `Sagas.place_order`."""
        async with translated(None), self._door.admitted():
            return await self._placements.place(command)

    async def revive_order(self, command: PlaceOrderInput) -> bool:
        """See `Sagas.revive_order`."""
        try:
            async with translated(None), self._door.admitted():
                return await self._placements.revive(command)
        except SagaClosed:
            # Another request was faster, and what it revived has completed.
            return True

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
        return await self._runs.describe(workflow_id)

    async def steps(self, view: WorkflowView) -> tuple[StepView, ...] | None:
        """See `Sagas.steps`."""
        return await self._runs.steps(view)

    async def list_runs(self, query: RunQuery) -> RunPage:
        """See `Sagas.list_runs`."""
        return await self._runs.listed(query)

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
