"""The gateway's port to redrives on Temporal: starts them, and asks how far they are. Decides nothing about letters."""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from gateway.ports import SagaClosed
from gateway.temporal_errors import translated
from workflows.names import NOTIFICATIONS_STANDARD_QUEUE, redrive_workflow_id
from workflows.redrive_dead_letters import RedriveDeadLetters
from workflows.redrives import RedriveInput, RedriveProgress

SHARE: Final = 0.6
"""Of the time that an answer may take, for waiting until a dry run is done: asking how far it is takes some, too."""

Handle = WorkflowHandle[RedriveDeadLetters, RedriveProgress]


class TemporalRedrives:
    """Implements the Redrives port."""

    def __init__(self, client: Client, answer_within: float) -> None:
        """`answer_within` bounds an answer, in seconds."""
        self._client = client
        self._within = answer_within

    async def start(self, request_id: str, command: RedriveInput) -> str:
        """See `Redrives.start`."""
        workflow_id = redrive_workflow_id(request_id)
        try:
            async with translated(self._within):
                await self._start(workflow_id, command)
        except SagaClosed:
            # The same request was here before, and its redrive has ended since.
            return workflow_id
        return workflow_id

    async def preview(self, request_id: str, command: RedriveInput) -> RedriveProgress:
        """See `Redrives.preview`."""
        workflow_id = await self.start(request_id, command)
        handle = self._handle(workflow_id)
        try:
            async with asyncio.timeout(self._within * SHARE):
                async with translated(None):
                    return await handle.result()
        except TimeoutError:
            return await self._asked(handle)

    async def progress(self, workflow_id: str) -> RedriveProgress | None:
        """See `Redrives.progress`."""
        if not workflow_id.startswith(redrive_workflow_id("")):
            return None
        try:
            return await self._asked(self._handle(workflow_id))
        except SagaClosed:
            return None

    async def _asked(self, handle: Handle) -> RedriveProgress:
        async with translated(self._within * (1 - SHARE)):
            return await handle.query(RedriveDeadLetters.progress)

    async def _start(self, workflow_id: str, command: RedriveInput) -> None:
        what = "a dry run over dead letters" if command.dry_run else "dead letters back to their consumers"
        await self._client.start_workflow(
            RedriveDeadLetters.run,
            command,
            id=workflow_id,
            task_queue=NOTIFICATIONS_STANDARD_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=what,
            rpc_timeout=timedelta(seconds=self._within),
        )

    def _handle(self, workflow_id: str) -> Handle:
        return self._client.get_workflow_handle_for(RedriveDeadLetters.run, workflow_id)
