"""Has recommendations refreshed at Temporal: the adapter of the port `Refreshing`. Counts nothing, knows no rule."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.service import RPCError

from services.infra.settings import Settings
from services.shared.errors import Unavailable
from workflows.names import RECOMMENDATIONS_QUEUE, recommendations_workflow_id
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RefreshInput, RefreshRules

DEPENDENCY: Final = "temporal"
START_WITHIN: Final = timedelta(seconds=5)
AT_ONCE: Final = 10
"""Starts on their way at the same time: nobody waits for them, and orders need the engine meanwhile."""

LAST: Final = Priority(priority_key=5)
"""Behind whatever else waits on a queue."""


class TemporalRefreshing:
    """Implements Refreshing. Until `use` has given it a client, all is Unavailable.

    Args:
        rules: how long a run waits for more purchases.
        colocated: the services in the same process as the worker of the queue of recommendations.
    """

    def __init__(self, rules: RefreshRules, colocated: tuple[str, ...]) -> None:
        self._rules = rules
        self._colocated = colocated
        self._client: Client | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)

    def use(self, client: Client | None) -> None:
        """Goes on with this client; with None, there is none any more."""
        self._client = client

    async def purchased(self, user_ids: Sequence[str]) -> None:
        """See Refreshing."""
        told = [self._tell(user_id) for user_id in dict.fromkeys(user_ids)]
        for failure in await asyncio.gather(*told, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _tell(self, user_id: str) -> None:
        """One call: a signal to the run that waits, or a new run, which is first looked at when its window is over."""
        if self._client is None:
            raise Unavailable(DEPENDENCY, "not connected yet")
        async with self._slots:
            try:
                await self._client.start_workflow(
                    RefreshRecommendations.run,
                    RefreshInput(user_id=user_id, rules=self._rules, colocated=self._colocated),
                    id=recommendations_workflow_id(user_id),
                    task_queue=RECOMMENDATIONS_QUEUE,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    start_signal="purchased",
                    start_delay=timedelta(seconds=self._rules.window_seconds),
                    static_summary="what is recommended to a user, after purchases",
                    priority=LAST,
                    rpc_timeout=START_WITHIN,
                )
            except RPCError as failure:
                raise Unavailable(DEPENDENCY, failure.status.name) from failure
            except RuntimeError as failure:
                # So says a client that has never been connected.
                raise Unavailable(DEPENDENCY) from failure


def refresh_rules(settings: Settings) -> RefreshRules:
    """How a system with these settings refreshes lists."""
    return RefreshRules(window_seconds=settings.recommendations.refresh_window)


def refreshing_of(settings: Settings) -> TemporalRefreshing:
    """As a process with these settings has it."""
    return TemporalRefreshing(refresh_rules(settings), settings.services.together_with(RECOMMENDATIONS_QUEUE))
