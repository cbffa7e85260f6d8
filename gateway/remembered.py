"""What an order's own record says of its workflow, where the engine cannot be asked or has forgotten. Asks nobody.

It knows which steps were done and which were taken back, not what happens at this moment.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.ports import WorkflowStatus, WorkflowView
from services.inventory.errors import OutOfStock
from services.orders.models import Order, OrderStatus
from services.payments.errors import PaymentDeclined
from workflows.messages import StepState, StepView
from workflows.names import ORDERS_QUEUE, order_workflow_id
from workflows.order_steps import STEPS
from workflows.place_order import CLOSED

REACHED: Final[Mapping[OrderStatus, tuple[str, ...]]] = {
    OrderStatus.PLACED: ("price", "record"),
    OrderStatus.RESERVED: ("reserve",),
    OrderStatus.CONFIRMED: ("authorize", "commit", "capture", "confirm"),
    OrderStatus.SHIPPED: ("ship",),
    OrderStatus.DELIVERED: ("deliver",),
}
"""The steps that were done when an order came into a state."""

REVERSIBLE: Final = frozenset({"reserve", "authorize", "commit", "capture"})
REFUSED_AT: Final = {OutOfStock.code: "reserve", PaymentDeclined.code: "authorize"}


def view_of(order: Order, unfinished: WorkflowStatus = WorkflowStatus.RUNNING) -> WorkflowView:
    """The order's latest run, as far as the order tells; without its run's id, history and page.

    `unfinished` is what the run is called of an order that is not final: RUNNING, unless the engine knows no such run.
    """
    closed = order.status in CLOSED
    return WorkflowView(
        id=order_workflow_id(order.id),
        run_id="",
        type="PlaceOrder",
        status=WorkflowStatus.COMPLETED if closed else unfinished,
        task_queue=ORDERS_QUEUE,
        started_at=order.placed_at,
        closed_at=order.history[-1].at if closed else None,
        history_length=0,
        url="",
    )


def steps_of(order: Order) -> tuple[StepView, ...]:
    """The steps of an order that is final."""
    done = {step: change.at for change in order.history for step in REACHED.get(change.status, ())}
    names = [*STEPS, *(name for name in done if name not in STEPS)]
    return tuple(StepView(name=name, state=_state(name, order, done), finished_at=done.get(name)) for name in names)


def _state(name: str, order: Order, done: Mapping[str, datetime]) -> StepState:
    if order.reason and REFUSED_AT.get(order.reason.code) == name and name not in done:
        return StepState.FAILED
    if name not in done:
        return StepState.PENDING
    taken_back = order.status in {OrderStatus.REJECTED, OrderStatus.CANCELLED} and name in REVERSIBLE
    return StepState.COMPENSATED if taken_back else StepState.DONE
