"""Having recommendations made anew, and what they follow from counted anew. For OPS."""

import graphene

from gateway.answers import WorkflowAnswer
from gateway.context import Info, context_of
from gateway.inputs import checked_id
from gateway.types.workflows import WorkflowPayload, WorkflowReference


class RefreshMutations(graphene.ObjectType):
    """What a person wants done at once that is done by itself sooner or later."""

    refresh_recommendations = graphene.Field(
        WorkflowPayload,
        required=True,
        description="[OPS] makes the recommendations of a user anew, or those of all users",
        user_id=graphene.ID(),
    )
    rebuild_recommendations = graphene.Field(
        WorkflowPayload,
        required=True,
        description="[OPS] counts all orders anew beside the counts that are read, then makes all recommendations anew",
    )

    @staticmethod
    async def resolve_refresh_recommendations(_root: object, info: Info, user_id: str | None = None) -> WorkflowAnswer:
        """Answers with the workflow as soon as it is begun."""
        whose = None if user_id is None else checked_id(user_id, "userId")
        workflow_id = await context_of(info).backends.refreshes.refresh(whose)
        return WorkflowAnswer(workflow=WorkflowReference(id=workflow_id))

    @staticmethod
    async def resolve_rebuild_recommendations(_root: object, info: Info) -> WorkflowAnswer:
        """Likewise."""
        workflow_id = await context_of(info).backends.refreshes.rebuild()
        return WorkflowAnswer(workflow=WorkflowReference(id=workflow_id))
