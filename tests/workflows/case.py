"""One order in one shop: what a test does with it and asks about it. The words are the gateway's."""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, cast

from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from services.catalog.models import RequestedLine
from services.orders.models import Order
from services.shared.errors import Refused
from tests.workflows.shop import Shop
from workflows.failures import refusal_of
from workflows.messages import (
    AwaitPlacement,
    CancelOrder,
    DeliverOrder,
    Placement,
    PlaceOrderInput,
    ResolveStep,
    ShipOrder,
    StepAction,
    StepView,
)
from workflows.names import ORDERS_QUEUE, order_attributes, order_workflow_id, reservation_workflow_id
from workflows.place_order import PlaceOrder

REMOTE: Final[tuple[str, ...]] = ()
LOCAL: Final = ("catalog", "inventory", "orders", "payments")
TURN: Final = 0.02
"""Seconds between two looks at a condition in another process."""


@dataclass
class Case:
    """An order to be, and its shop."""

    env: WorkflowEnvironment
    client: Client
    shop: Shop
    order_id: str

    def wish(self, **changes: object) -> PlaceOrderInput:
        """Two of `ink` and one `pen`, unless said otherwise."""
        values: dict[str, Any] = {
            "order_id": self.order_id,
            "customer_id": "customer",
            "lines": (RequestedLine(sku="ink", quantity=2), RequestedLine(sku="pen", quantity=1)),
            "payment_method": "pm_card_visa",
            "fingerprint": "f1",
            "request_id": "r1",
        }
        return PlaceOrderInput(**(values | changes))

    def place(self, **changes: object) -> "asyncio.Task[Placement]":
        """Sends the update with the start."""
        wish = self.wish(**changes)
        start = WithStartWorkflowOperation(
            PlaceOrder.run,
            wish,
            id=order_workflow_id(wish.order_id),
            task_queue=ORDERS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            search_attributes=order_attributes(wish.order_id, wish.customer_id),
        )
        answer = self.client.execute_update_with_start_workflow(
            cast("Any", PlaceOrder.await_placement),
            AwaitPlacement(fingerprint=wish.fingerprint),
            start_workflow_operation=start,
        )
        return asyncio.create_task(cast("Coroutine[Any, Any, Placement]", answer))

    @property
    def run(self) -> WorkflowHandle[PlaceOrder, Order]:
        return self.client.get_workflow_handle_for(PlaceOrder.run, order_workflow_id(self.order_id))

    def _update(self, update: object, wish: object) -> "asyncio.Task[Any]":
        return asyncio.create_task(self.run.execute_update(cast("Any", update), wish))

    def cancel(self, actor_id: str = "customer") -> "asyncio.Task[Order]":
        return self._update(PlaceOrder.cancel, CancelOrder(actor_id=actor_id, by_ops=actor_id == "ops"))

    async def accepted_cancel(self) -> WorkflowUpdateHandle[Order]:
        """The shopper's wish, sent and accepted, not answered yet."""
        handle: WorkflowUpdateHandle[Order] = await self.run.start_update(
            cast("Any", PlaceOrder.cancel),
            CancelOrder(actor_id="customer"),
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        )
        return handle

    def ship(self) -> "asyncio.Task[Order]":
        return self._update(PlaceOrder.ship, ShipOrder(actor_id="ops", tracking_number="T1", by_ops=True))

    def deliver(self) -> "asyncio.Task[Order]":
        return self._update(PlaceOrder.deliver, DeliverOrder(actor_id="ops", by_ops=True))

    def resolve(self, step: str, action: StepAction) -> "asyncio.Task[StepView]":
        wish = ResolveStep(step=step, action=action, reason="the provider says so", actor_id="ops", by_ops=True)
        return self._update(PlaceOrder.resolve_step, wish)

    async def steps(self) -> dict[str, str]:
        """The state of each step."""
        return {name: view.state.value for name, view in (await self.views()).items()}

    async def views(self) -> dict[str, StepView]:
        return {view.name: view for view in await self.run.query(PlaceOrder.steps)}

    async def status(self) -> str:
        """The order's, as stored; empty where there is none."""
        order = await self.shop.order(self.order_id)
        return order.status.value if order else ""

    async def until_status(self, status: str, skip: float = 0) -> None:
        """Waits for the order to come into the state; skips so many seconds of the server's time at each look."""
        async with asyncio.timeout(60):
            while await self.status() != status:
                await self._turn(skip)

    async def until_step(self, step: str, state: str, skip: float = 0) -> None:
        """Waits for the step to come into the state."""
        async with asyncio.timeout(60):
            while await self._run_status() is None or (await self.steps())[step] != state:
                await self._turn(skip)

    async def until_call(self, word: str, times: int, skip: float = 0) -> None:
        """Waits until the call has been made so often."""
        async with asyncio.timeout(60):
            while self.shop.script.calls.count(word) < times:
                await self._turn(skip)

    async def until_money(self, movements: int) -> None:
        """Waits until the provider has done so many things with money."""
        async with asyncio.timeout(60):
            while len(self.shop.movements()) < movements:
                await self._turn(0)

    async def details(self) -> str:
        """What Temporal's UI shows of the run now."""
        metadata: WorkflowMetadata = await self.run.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(metadata.current_details)

    async def until_closed(self, skip: float = 0) -> str:
        """How the run ended."""
        async with asyncio.timeout(60):
            while (status := await self._run_status()) in {None, WorkflowExecutionStatus.RUNNING}:
                await self._turn(skip)
        assert status
        return status.name

    async def _run_status(self) -> WorkflowExecutionStatus | None:
        """None while it has not been started."""
        try:
            return (await self.run.describe()).status
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def until_cancel_is_heard(self, *, child: bool = False) -> None:
        """Waits until the run has heard that it is cancelled, and has done what it does about it."""
        name = reservation_workflow_id if child else order_workflow_id
        run = self.client.get_workflow_handle(name(self.order_id))
        async with asyncio.timeout(60):
            while not _has_answered_cancel(await run.fetch_history()):
                await self._turn(0)

    async def _turn(self, skip: float) -> None:
        await (self.env.sleep(skip) if skip else asyncio.sleep(TURN))


def _has_answered_cancel(history: WorkflowHistory) -> bool:
    events = [EventType.Name(event.event_type) for event in history.events]
    asked = "EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED"
    return asked in events and "EVENT_TYPE_WORKFLOW_TASK_COMPLETED" in events[events.index(asked) :]


async def refusal(answer: Awaitable[object]) -> Refused | None:
    """What the update was refused with; None when it failed for another reason."""
    try:
        await answer
    except WorkflowUpdateFailedError as error:
        return refusal_of(error)
    raise AssertionError("it was not refused")
