"""Looking at workflows, and deciding about steps whose undo is stuck. For OPS."""

import graphene

from gateway.answers import WorkflowAnswer
from gateway.context import Info, context_of
from gateway.inputs import Problems, checked_id, checked_reason
from gateway.ports import RunPage, RunQuery, SagaClosed, WorkflowStatus
from gateway.types.workflows import (
    StepActionType,
    Workflow,
    WorkflowConnection,
    WorkflowPayload,
    WorkflowReference,
    WorkflowStatusType,
)
from services.shared.errors import Conflict, NotFound
from services.shared.text import checked_text
from workflows.messages import ResolveStep, StepAction

DEFAULT_PAGE = 20
LONGEST_STEP = 100


class WorkflowQueries(graphene.ObjectType):
    """Reads of the engine."""

    workflow = graphene.Field(Workflow, description="[OPS]", workflow_id=graphene.ID(name="id", required=True))

    workflows = graphene.Field(
        WorkflowConnection,
        required=True,
        description="[OPS] newest first",
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
        type=graphene.String(),
        status=graphene.Argument(WorkflowStatusType),
    )

    @staticmethod
    async def resolve_workflow(_root: object, info: Info, workflow_id: str) -> WorkflowReference | None:
        """The latest run of that id; null when there is none."""
        view = await context_of(info).loaders.workflow.load(checked_id(workflow_id, "id"))
        return None if view is None else WorkflowReference(id=view.id)

    @staticmethod
    async def resolve_workflows(
        _root: object,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        type: str | None = None,  # noqa: A002 (the contract's argument)
        status: WorkflowStatus | None = None,
    ) -> RunPage:
        """One page of the engine's runs."""
        query = RunQuery(
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
            type=type,
            status=status,
        )
        return await context_of(info).backends.sagas.list_runs(query)


class WorkflowMutations(graphene.ObjectType):
    """What a person tells a workflow."""

    resolve_step = graphene.Field(
        WorkflowPayload,
        required=True,
        description=(
            "[OPS] a step whose undo is STUCK: try it again now, or give it up; "
            "who and why stays in the workflow's history"
        ),
        workflow_id=graphene.ID(required=True),
        step=graphene.String(required=True),
        action=graphene.Argument(StepActionType, required=True),
        reason=graphene.String(required=True),
    )

    @staticmethod
    async def resolve_resolve_step(
        _root: object, info: Info, workflow_id: str, step: str, action: StepAction, reason: str
    ) -> WorkflowAnswer:
        """Tries the undo again now, or gives it up."""
        context = context_of(info)
        _check(workflow_id, step, reason)
        if await context.loaders.workflow.load(workflow_id) is None:
            raise NotFound("no such workflow", ("workflowId",))
        actor = context.signed_in
        command = ResolveStep(
            step=step, action=action, reason=reason, actor_id=actor.user_id, by_ops=actor.runs_the_shop
        )
        try:
            await context.backends.sagas.resolve_step(workflow_id, command)
        except SagaClosed:
            raise Conflict("the workflow has ended", ("workflowId",)) from None
        context.loaders.workflow.clear(workflow_id)
        return WorkflowAnswer(workflow=WorkflowReference(id=workflow_id))


def _check(workflow_id: str, step: str, reason: str) -> None:
    problems = Problems()
    with problems.noted():
        checked_id(workflow_id, "workflowId")
    with problems.noted():
        checked_text(step, ("step",), most=LONGEST_STEP)
    with problems.noted():
        checked_reason(reason)
    problems.refuse()
