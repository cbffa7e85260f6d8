"""Workflows and their steps as the schema shows them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import graphene

from gateway.context import Info, context_of
from gateway.ports import WorkflowStatus, WorkflowView
from gateway.types.common import DateTime, UserError, listed
from gateway.types.enums import shown
from services.shared.errors import NotFound
from workflows.messages import StepAction, StepState, StepView

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
    """A workflow by id, described only when more than the id is asked for."""

    id: str


def _described(attribute: str) -> Callable[[WorkflowReference, Info], Awaitable[Any]]:
    async def resolve(workflow: WorkflowReference, info: Info) -> Any:  # noqa: ANN401 (the attribute's type)
        return getattr(await _view(workflow, info), attribute)

    return resolve


async def _view(workflow: WorkflowReference, info: Info) -> WorkflowView:
    view = await context_of(info).loaders.workflow.load(workflow.id)
    if view is None:
        raise NotFound("no such workflow; the engine forgets those that ended long ago")
    return view


class Workflow(graphene.ObjectType):
    """A run of a workflow."""

    id = graphene.ID(required=True, description="The Temporal workflow id")
    run_id = graphene.ID(required=True, resolver=_described("run_id"))
    type = graphene.String(required=True, resolver=_described("type"))
    status = graphene.Field(shown(WorkflowStatus), required=True, resolver=_described("status"))
    task_queue = graphene.String(required=True, resolver=_described("task_queue"))
    started_at = graphene.Field(DateTime, required=True, resolver=_described("started_at"))
    closed_at = graphene.Field(DateTime, resolver=_described("closed_at"))
    history_length = graphene.Int(required=True, resolver=_described("history_length"))
    steps = graphene.List(graphene.NonNull(WorkflowStep), description="Null for a workflow that has no steps")
    url = graphene.String(description="[OPS] this run in Temporal's web UI; null to others")

    @staticmethod
    async def resolve_steps(workflow: WorkflowReference, info: Info) -> tuple[StepView, ...] | None:
        """Asked of the workflow itself."""
        return await context_of(info).backends.sagas.steps(await _view(workflow, info))

    @staticmethod
    async def resolve_url(workflow: WorkflowReference, info: Info) -> str:
        """Its address, as the engine's user interface has it."""
        return (await _view(workflow, info)).url


class WorkflowPayload(graphene.ObjectType):
    """The workflow, or why not."""

    workflow = graphene.Field(Workflow)
    errors = listed(UserError)
