"""Makes the schedules, and keeps them as they are wanted: what is otherwise is told and mended. A pause stays.

Decides nothing about them: that is the table's.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import structlog
from prometheus_client import Counter, Gauge
from temporalio.client import (
    Client,
    Schedule,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from services.infra.pauses import set_within, unless_set
from services.shared.errors import Unavailable
from workers.schedules.drift import MISSING, Difference, differences, missing
from workers.supervision import until_available
from workers.temporal import DEPENDENCY

LOOK_EVERY: Final = 30.0
ANSWER_WITHIN: Final = timedelta(seconds=5)

DRIFTED = Counter("caravan_schedule_drifted", "Parts of schedules found otherwise, and mended", ["schedule", "part"])
PAUSED = Gauge("caravan_schedule_paused", "Schedules that a person has paused", ["schedule"])

Wanted = Mapping[str, Schedule]

log = structlog.get_logger(__name__)


async def make_schedules(client: Client, wanted: Wanted) -> None:
    """Makes what is missing, and mends what is otherwise.

    Raises:
        Unavailable: Temporal did not do all of it.
    """
    for name, schedule in wanted.items():
        if any(each.part == MISSING for each in await _mended(client, name, schedule)):
            log.info("schedule made", schedule=name)


async def keep_schedules(client: Client, wanted: Wanted, stop: asyncio.Event, every: float = LOOK_EVERY) -> None:
    """Looks at them again and again, `every` so many seconds; one that is gone is made anew. Returns after `stop`."""
    while True:
        await set_within(stop, every)
        if stop.is_set():
            return
        await unless_set(stop, until_available("schedules", lambda: _look(client, wanted)))


async def _look(client: Client, wanted: Wanted) -> None:
    for name, schedule in wanted.items():
        for each in await _mended(client, name, schedule):
            if each.part == MISSING:
                _tell(each)


async def _mended(client: Client, name: str, wanted: Schedule) -> tuple[Difference, ...]:
    """What was otherwise; it is as wanted now. Raises Unavailable."""
    try:
        found = await _found(client, name)
        if found is None:
            return (missing(name),) if await _made(client, name, wanted) else ()
        PAUSED.labels(name).set(found.schedule.state.paused)
        if different := differences(name, wanted, found.schedule):
            await client.get_schedule_handle(name).update(_towards(wanted), rpc_timeout=ANSWER_WITHIN)
    except (RPCError, RuntimeError) as failure:
        # A client that has never been connected raises a plain RuntimeError.
        raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
    for each in different:
        _tell(each)
    return different


def _tell(each: Difference) -> None:
    DRIFTED.labels(each.schedule, each.part).inc()
    log.warning(
        "a schedule was not as it should be, and is mended",
        schedule=each.schedule, part=each.part, wanted=each.wanted, found=each.found,
    )  # fmt: skip


async def _found(client: Client, name: str) -> ScheduleDescription | None:
    try:
        return await client.get_schedule_handle(name).describe(rpc_timeout=ANSWER_WITHIN)
    except RPCError as failure:
        if failure.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _made(client: Client, name: str, wanted: Schedule) -> bool:
    try:
        await client.create_schedule(name, wanted, rpc_timeout=ANSWER_WITHIN)
    except ScheduleAlreadyRunningError:
        # Another process was first.
        return False
    return True


def _towards(wanted: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    """Everything as wanted, but for a pause and its note."""

    def update(current: ScheduleUpdateInput) -> ScheduleUpdate:
        state = current.description.schedule.state
        kept = ScheduleState(paused=state.paused, note=state.note)
        return ScheduleUpdate(Schedule(action=wanted.action, spec=wanted.spec, policy=wanted.policy, state=kept))

    return update
