"""The table of schedules: which service brings which, how often it runs and what it starts. Asks Temporal for nothing.

All of them skip a run while the one before it goes on, and make up for what was missed within their catch-up window.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

from services.infra.settings import CONTEXTS, ServicesSettings
from workflows.expire_reservations import ExpireReservations
from workflows.messages import ExpireReservationsInput
from workflows.names import EXPIRE_RESERVATIONS_SCHEDULE, INVENTORY_QUEUE

EXPIRE_EVERY: Final = timedelta(seconds=10)
EXPIRE_WITHIN: Final = timedelta(minutes=10)


def schedules_of(service: str, services: ServicesSettings) -> Mapping[str, Schedule]:
    """The schedules that a service brings, by their Temporal id."""
    if service == INVENTORY_QUEUE:
        return {EXPIRE_RESERVATIONS_SCHEDULE: _expire_reservations(services)}
    return {}


def all_schedules(services: ServicesSettings) -> Mapping[str, Schedule]:
    """The schedules of all services."""
    return {name: wanted for service in CONTEXTS for name, wanted in schedules_of(service, services).items()}


def _expire_reservations(services: ServicesSettings) -> Schedule:
    sweep = ScheduleActionStartWorkflow(
        ExpireReservations.run,
        ExpireReservationsInput(colocated=services.together_with(INVENTORY_QUEUE)),
        id=EXPIRE_RESERVATIONS_SCHEDULE,
        task_queue=INVENTORY_QUEUE,
        execution_timeout=EXPIRE_WITHIN,
        static_summary="release the holds that outlived their deadline",
    )
    often = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EXPIRE_EVERY)], jitter=timedelta(seconds=1))
    return Schedule(action=sweep, spec=often, policy=_policy(catch_up=timedelta(minutes=1)))


def _policy(catch_up: timedelta) -> SchedulePolicy:
    return SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catch_up)
