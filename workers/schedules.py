"""The schedules that there are: created at start, and brought up to date where they have drifted."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from services.infra.settings import ServicesSettings
from workflows.expire_reservations import ExpireReservations
from workflows.messages import ExpireReservationsInput
from workflows.names import EXPIRE_RESERVATIONS_SCHEDULE, INVENTORY_QUEUE

EXPIRE_EVERY: Final = timedelta(seconds=10)
JITTER: Final = timedelta(seconds=1)
CATCH_UP: Final = timedelta(minutes=1)
RUN_WITHIN: Final = timedelta(minutes=10)


def schedules_of(service: str, services: ServicesSettings) -> Mapping[str, Schedule]:
    """The schedules that a service brings, by their Temporal id."""
    if service != INVENTORY_QUEUE:
        return {}
    sweep = ScheduleActionStartWorkflow(
        ExpireReservations.run,
        ExpireReservationsInput(colocated=services.together_with(INVENTORY_QUEUE)),
        id=EXPIRE_RESERVATIONS_SCHEDULE,
        task_queue=INVENTORY_QUEUE,
        execution_timeout=RUN_WITHIN,
        static_summary="release the holds that outlived their deadline",
    )
    return {EXPIRE_RESERVATIONS_SCHEDULE: _every(EXPIRE_EVERY, sweep)}


def _every(interval: timedelta, action: ScheduleActionStartWorkflow) -> Schedule:
    return Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=interval)], jitter=JITTER),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


async def ensure_schedule(client: Client, schedule_id: str, wanted: Schedule) -> None:
    """Creates it, or gives an existing one the wanted action, times and policy. A pause by a person stays.

    Raises:
        RPCError: Temporal did not do it.
    """

    def up_to_date(current: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = current.description.schedule
        return ScheduleUpdate(
            Schedule(action=wanted.action, spec=wanted.spec, policy=wanted.policy, state=schedule.state)
        )

    try:
        await client.create_schedule(schedule_id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(up_to_date)
