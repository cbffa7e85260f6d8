"""Takes up again what tells people of events and was ended from outside: its messages would wait for ever.

A workflow that was terminated, cancelled or ran out of its time is started anew under its name, with what it was begun
with; that sends what is not sent yet, and nothing twice. One that has ended well since stays so. Campaigns are left to
people, who may have meant it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError

from services.infra.pauses import set_within
from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.recent import Recent
from workers.fan_out import TemporalFanOut
from workflows.names import notification_workflow_id
from workflows.notifications import FanOutInput

EVERY: Final = 30.0
"""Seconds between two looks."""

OVERLAP: Final = timedelta(minutes=5)
"""What is found by searching may be a little behind."""

FIRST_LOOK: Final = timedelta(days=3)
"""How far back the first look of a process goes; older runs are mostly forgotten."""

ENDED: Final = "WorkflowType = 'FanOutNotification' AND ExecutionStatus IN ('Terminated', 'Canceled', 'TimedOut')"
PREFIX: Final = notification_workflow_id("")

log = structlog.get_logger(__name__)


class Stranded:
    """One process's looks; several processes start the same runs, once."""

    def __init__(self, client: Client, fan_out: TemporalFanOut, clock: Clock) -> None:
        self._client = client
        self._fan_out = fan_out
        self._clock = clock
        self._since = clock.now() - FIRST_LOOK
        self._seen: Recent[bool] = Recent()

    async def run(self, stop: asyncio.Event) -> None:
        """Looks now and then until `stop` is set."""
        while not stop.is_set():
            try:
                await self.take_up()
            except (Unavailable, RPCError, RuntimeError) as failure:
                log.warning("messages without a workflow were not looked for", reason=type(failure).__name__)
            await set_within(stop, EVERY)

    async def take_up(self) -> None:
        """Starts all that was ended since the last look. Raises Unavailable, RPCError, RuntimeError."""
        began = self._clock.now()
        async for run in self._ended():
            if run.id.startswith(PREFIX) and not self._seen.look(run.run_id):
                await self._fan_out.start_again(run.id.removeprefix(PREFIX), await self._wish_of(run))
                self._seen.keep(run.run_id, value=True)
                log.warning("taken up again", workflow_id=run.id, ended=run.status.name if run.status else "")
        self._since = began - OVERLAP

    def _ended(self) -> AsyncIterator[WorkflowExecution]:
        return self._client.list_workflows(f"{ENDED} AND CloseTime > '{self._since.isoformat()}'")

    async def _wish_of(self, run: WorkflowExecution) -> FanOutInput:
        """What it was begun with."""
        handle = self._client.get_workflow_handle(run.id, run_id=run.run_id)
        first = await anext(handle.fetch_history_events(page_size=1))
        payloads = first.workflow_execution_started_event_attributes.input.payloads
        (wish,) = await self._client.data_converter.decode(payloads, [FanOutInput])
        assert isinstance(wish, FanOutInput)  # noqa: S101 (as asked for)
        return wish
