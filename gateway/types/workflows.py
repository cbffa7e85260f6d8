"""Workflows and their steps as the schema shows them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import graphene

from gateway.context import Info, context_of
from gateway.ports import RunEdge, RunPage, WorkflowStatus, WorkflowView
from gateway.remembered import steps_of, view_of
from gateway.types.common import DateTime, PageInfo, UserError, listed
from gateway.types.enums import shown
from services.orders.models import Order
from services.shared.errors import NotFound, Unavailable
from workflows.messages import StepAction, StepState, StepView
from workflows.names import order_id_of
from workflows.place_order import CLOSED

WorkflowStatusType = shown(WorkflowStatus)
StepStateType = shown(StepState, values={"STUCK": "Its undo keeps failing and waits for OPS"})
StepActionType = shown(StepAction)


class WorkflowStep(graphene.ObjectType):
    """One step, and what became of it."""

    name = graphene.String(required=True)
    state = graphene.Field(StepStateType, required=True)
    started_at = graphene.Field(DateTime)
    finished_at = graphene.Field(DateTime)
    detail = graphene.String()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowReference:
    """A workflow by id, described only when more than the id is asked for.

    Attributes:
        order: the order behind it, where that is how it was reached.
        listed: this very run, as a list has shown it; None: the latest run of the id.
    """

    id: str
    order: Order | None = None
    listed: WorkflowView | None = None


def _described(attribute: str) -> Callable[[WorkflowReference, Info], Awaitable[Any]]:
    async def resolve(workflow: WorkflowReference, info: Info) -> Any:  # noqa: ANN401 (the attribute's type)
        return getattr(await _view(workflow, info), attribute)

    return resolve


async def _view(workflow: WorkflowReference, info: Info) -> WorkflowView:
    """An order is told with what it knows itself of its workflow, rather than not at all.

    Raises NotFound, Unavailable where there is no order to tell of.
    """
    if workflow.listed is not None:
        return workflow.listed
    context = context_of(info)
    try:
        view = await context.loaders.workflow.load(workflow.id)
    except Unavailable as absence:
        if workflow.order is None:
            raise
        context.note_gap(info.path.prev, absence)
        return view_of(workflow.order)
    if view is None and workflow.order is not None:
        return view_of(workflow.order, unfinished=WorkflowStatus.TERMINATED)
    if view is None:
        raise NotFound("no such workflow; the engine forgets those that ended long ago")
    return view


async def _steps(view: WorkflowView, info: Info) -> tuple[StepView, ...] | None:
    """Raises Unavailable for a run that goes on and whose workers do not answer."""
    try:
        return await context_of(info).backends.sagas.steps(view)
    except Unavailable:
        order_id = order_id_of(view.id)
        if view.status is WorkflowStatus.RUNNING or order_id is None:
            raise
        order = await context_of(info).loaders.order.load(order_id)
        return _remembered(order)


def _remembered(order: Order | None) -> tuple[StepView, ...] | None:
    return steps_of(order) if order is not None and order.status in CLOSED else None


class Workflow(graphene.ObjectType):
    """A run of a workflow."""

    id = graphene.ID(required=True, description="The Temporal workflow id")
    run_id = graphene.ID(required=True, resolver=_described("run_id"))
    type = graphene.String(required=True, resolver=_described("type"))
    status = graphene.Field(WorkflowStatusType, required=True, resolver=_described("status"))
    task_queue = graphene.String(required=True, resolver=_described("task_queue"))
    started_at = graphene.Field(DateTime, required=True, resolver=_described("started_at"))
    closed_at = graphene.Field(DateTime, resolver=_described("closed_at"))
    history_length = graphene.Int(required=True)
    steps = graphene.List(graphene.NonNull(WorkflowStep), description="Null for a workflow that has no steps")
    url = graphene.String(description="[OPS] this run in Temporal's web UI; null to others")

    @staticmethod
    async def resolve_history_length(workflow: WorkflowReference, info: Info) -> int:
        """Lists do not tell that of a run that goes on."""
        if workflow.listed is None or workflow.listed.status is not WorkflowStatus.RUNNING:
            return (await _view(workflow, info)).history_length
        try:
            latest = await context_of(info).loaders.workflow.load(workflow.id)
        except Unavailable as absence:
            context_of(info).note_gap(info.path, absence)
            return workflow.listed.history_length
        same = latest is not None and latest.run_id == workflow.listed.run_id
        return latest.history_length if latest and same else workflow.listed.history_length

    @staticmethod
    async def resolve_steps(workflow: WorkflowReference, info: Info) -> tuple[StepView, ...] | None:
        """Asked of the workflow itself; where that is forgotten, or closed and nobody can tell it, of the order."""
        if workflow.order is None or workflow.listed is not None:
            return await _steps(await _view(workflow, info), info)
        view = await context_of(info).loaders.workflow.load(workflow.id)
        return _remembered(workflow.order) if view is None else await _steps(view, info)

    @staticmethod
    async def resolve_url(workflow: WorkflowReference, info: Info) -> str | None:
        """Its address, as the engine's user interface has it; null for one that is forgotten."""
        return (await _view(workflow, info)).url or None


class WorkflowEdge(graphene.ObjectType):
    """A run in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(Workflow, required=True)

    @staticmethod
    def resolve_node(edge: RunEdge, _info: Info) -> WorkflowReference:
        """The run that was found, which need not be the latest of its id."""
        return WorkflowReference(id=edge.node.id, listed=edge.node)


class WorkflowConnection(graphene.ObjectType):
    """A page of runs."""

    edges = listed(WorkflowEdge)
    page_info = graphene.Field(PageInfo, required=True)

    @staticmethod
    def resolve_page_info(page: RunPage, _info: Info) -> RunPage:
        """The page knows where it stands."""
        return page


class WorkflowPayload(graphene.ObjectType):
    """The workflow, or why not."""

    workflow = graphene.Field(Workflow)
    errors = listed(UserError)
