"""What the gateway needs of the workflow engine: one Protocol, and what it answers. Knows no engine."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from services.orders.models import Order
from services.shared.errors import Invalid
from services.shared.pages import Edge, Page, checked_page_size
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

TYPE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}", re.ASCII)
"""What a workflow type can be called. Nothing that would mean something in a query of the engine."""


class WorkflowStatus(StrEnum):
    """The contract's states of a workflow."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    TIMED_OUT = "TIMED_OUT"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowView:
    """A run as the engine describes it.

    Attributes:
        history_length: in events; 0 where a list does not say.
        url: this run in the engine's web page; for OPS only.
    """

    id: str
    run_id: str
    type: str
    status: WorkflowStatus
    task_queue: str
    started_at: datetime
    closed_at: datetime | None
    history_length: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """One page of runs, newest first. Raises Invalid at `first` or `type` when it is made of what cannot be."""

    first: int = 20
    after: str | None = None
    type: str | None = None
    status: WorkflowStatus | None = None

    def __post_init__(self) -> None:
        checked_page_size(self.first)
        if self.type is not None and not TYPE_NAME.fullmatch(self.type):
            raise Invalid("must be the name of a workflow type", ("type",))


RunEdge = Edge[WorkflowView]
RunPage = Page[WorkflowView]


class SagaClosed(Exception):
    """The workflow has ended, or never was: it takes no message any more. Never leaves the gateway."""


class Sagas(Protocol):
    """The workflows that clients start and talk to.

    Every call raises Unavailable when there is no answer in time, the effect unknown; those that send an order's
    workflow a message raise SagaClosed when it has ended.
    """

    async def place_order(self, command: PlaceOrderInput) -> Placement:
        """Starts the order, or joins the one of the same id; answers once it is known whether the stock is held.

        Raises:
            SagaClosed: the order of this id has ended before.
            NotFound, Invalid: the lines cannot be priced; no order.
            IdempotencyMismatch: the order of this id was placed with another input.
        """
        ...

    async def revive_order(self, command: PlaceOrderInput) -> bool:
        """Goes on with an order whose workflow was ended from outside; False, and no effect, where it was not.

        Answers True once the new run knows how far the order is. Raises what `place_order` does.
        """
        ...

    async def cancel_order(self, order_id: str, command: CancelOrder) -> Order:
        """Answers when all is undone. Raises NotCancellable."""
        ...

    async def ship_order(self, order_id: str, command: ShipOrder) -> Order:
        """Raises Conflict where the order is not CONFIRMED."""
        ...

    async def deliver_order(self, order_id: str, command: DeliverOrder) -> Order:
        """Raises Conflict where the order is not SHIPPED."""
        ...

    async def resolve_step(self, workflow_id: str, command: ResolveStep) -> None:
        """Raises NotFound for an unknown step, Conflict for one that is not STUCK."""
        ...

    async def launch_product(self, command: LaunchProductInput) -> LaunchProductResult:
        """Raises Invalid, SkuTaken."""
        ...

    async def describe(self, workflow_id: str) -> WorkflowView | None:
        """The latest run of that id; None where there is none."""
        ...

    async def steps(self, view: WorkflowView) -> tuple[StepView, ...] | None:
        """The steps of a run; None for a workflow that has none. Told by a worker: Unavailable without one."""
        ...

    async def list_runs(self, query: RunQuery) -> RunPage:
        """Runs by type and status, the one that was started last first; a little behind what happens now.

        Raises Invalid at `after` for what is no cursor of this list.
        """
        ...

    async def check(self) -> None:
        """Asks the engine for its namespace."""
        ...
