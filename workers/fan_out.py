"""Starts the workflows that tell people of events, at Temporal: the adapter of the port `FanOut`.

Decides on which lane's queue a workflow runs, and what its run is called. Knows no message.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from structlog.contextvars import bound_contextvars
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.shared.errors import Unavailable
from services.shared.events import Event
from services.shared.traces import trace_of
from workflows.fan_out_notification import FanOutNotification
from workflows.names import NOTIFICATIONS_CRITICAL_QUEUE, notification_workflow_id
from workflows.notifications import FanOutInput

DEPENDENCY: Final = "temporal"
START_WITHIN: Final = timedelta(seconds=5)
AT_ONCE: Final = 20
"""Starts on their way at the same time: enough to keep the engine busy, few enough to leave room for orders."""


class TemporalFanOut:
    """Implements FanOut. Until `use` has given it a client, all is Unavailable.

    Args:
        colocated: the services in the same process as the workers of both lanes.
    """

    def __init__(self, colocated: tuple[str, ...]) -> None:
        self._colocated = colocated
        self._client: Client | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)

    def use(self, client: Client | None) -> None:
        """Goes on with this client; with None, there is none any more."""
        self._client = client

    async def tell_of(self, events: Sequence[Event]) -> None:
        """See FanOut."""
        starts = [self._tell_of(event) for event in events]
        for failure in await asyncio.gather(*starts, return_exceptions=True):
            if failure is not None:
                raise failure

    async def send_again(self, cause: str, message_ids: Sequence[str]) -> None:
        """See FanOut."""
        wish = FanOutInput(messages=tuple(message_ids), colocated=self._colocated)
        await self._start(cause, wish, f"{len(message_ids)} messages again")

    async def start_again(self, cause: str, wish: FanOutInput) -> None:
        """A workflow whose last run was ended from outside, with what that was begun with. Raises Unavailable."""
        await self._start(cause, wish, "taken up again")

    async def _tell_of(self, event: Event) -> None:
        wish = FanOutInput(event=event, colocated=self._colocated)
        with bound_contextvars(**trace_of(event.origin.traceparent or "")):
            await self._start(event.id, wish, f"{event.type} of {event.subject}")

    async def _start(self, cause: str, wish: FanOutInput, summary: str) -> None:
        if self._client is None:
            raise Unavailable(DEPENDENCY, "not connected yet")
        async with self._slots:
            try:
                await self._client.start_workflow(
                    FanOutNotification.run,
                    wish,
                    id=notification_workflow_id(cause),
                    task_queue=NOTIFICATIONS_CRITICAL_QUEUE,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                    request_eager_start=True,
                    static_summary=summary,
                    rpc_timeout=START_WITHIN,
                )
            except WorkflowAlreadyStartedError:
                return
            except RPCError as failure:
                if failure.status is not RPCStatusCode.ALREADY_EXISTS:
                    raise Unavailable(DEPENDENCY, failure.status.name) from failure
            except RuntimeError as failure:
                # So says a client that has never been connected.
                raise Unavailable(DEPENDENCY) from failure
