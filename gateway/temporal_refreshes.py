"""The gateway's port to refreshes and rebuilds on Temporal: begins them. Knows nothing of lists and counts."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from gateway.temporal_errors import translated
from workflows.names import (
    REBUILD_OF_RECOMMENDATIONS,
    RECOMMENDATIONS_OF_ALL,
    RECOMMENDATIONS_QUEUE,
    recommendations_workflow_id,
)
from workflows.rebuild_recommendations import RebuildRecommendations
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RebuildInput, RefreshInput, RefreshRules

AT_ONCE = RefreshRules(window_seconds=0)
"""A person waits for it: for no more purchases."""


class TemporalRefreshes:
    """Implements the Refreshes port."""

    def __init__(self, client: Client, answer_within: float, colocated: tuple[str, ...]) -> None:
        """`answer_within` bounds an answer, in seconds; `colocated` names the services that share a process with the
        worker of the queue of recommendations.
        """
        self._client = client
        self._within = answer_within
        self._colocated = colocated

    async def refresh(self, user_id: str | None) -> str:
        """See `Refreshes.refresh`."""
        workflow_id = RECOMMENDATIONS_OF_ALL if user_id is None else recommendations_workflow_id(user_id)
        async with translated(self._within):
            await self._client.start_workflow(
                RefreshRecommendations.run,
                RefreshInput(user_id=user_id, rules=AT_ONCE, colocated=self._colocated),
                id=workflow_id,
                task_queue=RECOMMENDATIONS_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="recommendations, as somebody wished",
                rpc_timeout=timedelta(seconds=self._within),
            )
        return workflow_id

    async def rebuild(self) -> str:
        """See `Refreshes.rebuild`."""
        async with translated(self._within):
            await self._client.start_workflow(
                RebuildRecommendations.run,
                RebuildInput(colocated=self._colocated),
                id=REBUILD_OF_RECOMMENDATIONS,
                task_queue=RECOMMENDATIONS_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="all orders, counted anew",
                rpc_timeout=timedelta(seconds=self._within),
            )
        return REBUILD_OF_RECOMMENDATIONS
