"""The gateway's port to schedules on Temporal. Makes none and mends none: processes of services do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

from temporalio.client import Client, ScheduleActionStartWorkflow, ScheduleDescription, ScheduleHandle

from gateway.cadences import cadence_of
from gateway.ports import SagaClosed
from gateway.schedules import ScheduleView
from gateway.temporal_errors import translated
from services.shared.errors import Conflict, NotFound
from workflows.names import SCHEDULES

SHARE: Final = 0.3
"""Of the time that an answer may take, for one call: a look, a deed and looks until it shows fit in."""

TURN: Final = 0.05
"""Seconds between two looks for a run that was asked for: the engine starts it in its own time."""


class TemporalSchedules:
    """Implements the Schedules port."""

    def __init__(self, client: Client, answer_within: float) -> None:
        """`answer_within` bounds an answer, in seconds."""
        self._client = client
        self._within = answer_within
        self._limit = timedelta(seconds=answer_within * SHARE)

    async def all(self) -> tuple[ScheduleView, ...]:
        """See `Schedules.all`."""
        found = await asyncio.gather(*(self._described(name) for name in SCHEDULES))
        return tuple(_view(each) for each in found if each is not None)

    async def trigger(self, schedule_id: str) -> ScheduleView:
        """See `Schedules.trigger`."""
        before = (await self._known(schedule_id)).info
        if before.running_actions:
            raise Conflict("a run of it goes on; another one would be skipped", ("id",))
        async with self._asked():
            await self._handle(schedule_id).trigger(rpc_timeout=self._limit)
        found = await self._known(schedule_id)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._within * SHARE):
                while found.info.num_actions == before.num_actions:
                    await asyncio.sleep(TURN)
                    found = await self._known(schedule_id)
        return _view(found)

    async def pause(self, schedule_id: str, *, paused: bool, note: str) -> ScheduleView:
        """See `Schedules.pause`."""
        found = await self._known(schedule_id)
        if found.schedule.state.paused is paused:
            return _view(found)
        handle = self._handle(schedule_id)
        async with self._asked():
            change = handle.pause if paused else handle.unpause
            await change(note=note, rpc_timeout=self._limit)
        return _view(await self._known(schedule_id))

    async def _known(self, schedule_id: str) -> ScheduleDescription:
        found = await self._described(schedule_id) if schedule_id in SCHEDULES else None
        if found is None:
            raise NotFound("no such schedule", ("id",))
        return found

    async def _described(self, schedule_id: str) -> ScheduleDescription | None:
        try:
            async with translated(self._within):
                return await self._handle(schedule_id).describe(rpc_timeout=self._limit)
        except SagaClosed:
            return None

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[None]:
        """Raises NotFound for one that was deleted meanwhile."""
        try:
            async with translated(self._within):
                yield
        except SagaClosed:
            raise NotFound("no such schedule", ("id",)) from None

    def _handle(self, schedule_id: str) -> ScheduleHandle:
        return self._client.get_schedule_handle(schedule_id)


def _view(found: ScheduleDescription) -> ScheduleView:
    schedule, info = found.schedule, found.info
    action, state = schedule.action, schedule.state
    return ScheduleView(
        id=found.id,
        cadence=cadence_of(schedule.spec),
        workflow_type=action.workflow if isinstance(action, ScheduleActionStartWorkflow) else "",
        paused=state.paused,
        note=state.note,
        last_run_at=info.recent_actions[-1].started_at if info.recent_actions else None,
        next_run_at=info.next_action_times[0] if info.next_action_times and not state.paused else None,
    )
