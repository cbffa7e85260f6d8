"""The table of schedules: which service brings which, how often it runs and what it starts. Asks Temporal for nothing.

All of them skip a run while the one before it goes on, and make up for what was missed within their catch-up window.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)

from services.infra.settings import CONTEXTS, Settings
from workflows.campaigns import CampaignRules
from workflows.expire_reservations import ExpireReservations
from workflows.messages import ExpireReservationsInput
from workflows.names import (
    EXPIRE_RESERVATIONS_SCHEDULE,
    INVENTORY_QUEUE,
    NOTIFICATIONS,
    NOTIFICATIONS_STANDARD_QUEUE,
    WEEKLY_RECOMMENDATIONS_SCHEDULE,
)
from workflows.recommend_trending import RecommendTrending
from workflows.recommendations import RecommendTrendingInput

EXPIRE_EVERY: Final = timedelta(seconds=10)
EXPIRE_WITHIN: Final = timedelta(minutes=10)

MONDAY: Final = ScheduleRange(1)
MORNING: Final = ScheduleRange(9)
"""UTC."""


def schedules_of(service: str, settings: Settings) -> Mapping[str, Schedule]:
    """The schedules that a service brings, by their Temporal id."""
    if service == INVENTORY_QUEUE:
        return {EXPIRE_RESERVATIONS_SCHEDULE: _expire_reservations(settings)}
    if service == NOTIFICATIONS:
        return {WEEKLY_RECOMMENDATIONS_SCHEDULE: _weekly_recommendations(settings)}
    return {}


def all_schedules(settings: Settings) -> Mapping[str, Schedule]:
    """The schedules of all services."""
    return {name: wanted for service in CONTEXTS for name, wanted in schedules_of(service, settings).items()}


def _expire_reservations(settings: Settings) -> Schedule:
    sweep = ScheduleActionStartWorkflow(
        ExpireReservations.run,
        ExpireReservationsInput(colocated=settings.services.together_with(INVENTORY_QUEUE)),
        id=EXPIRE_RESERVATIONS_SCHEDULE,
        task_queue=INVENTORY_QUEUE,
        execution_timeout=EXPIRE_WITHIN,
        static_summary="release the holds that outlived their deadline",
    )
    often = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EXPIRE_EVERY)], jitter=timedelta(seconds=1))
    return Schedule(action=sweep, spec=often, policy=_policy(catch_up=timedelta(minutes=1)))


def _weekly_recommendations(settings: Settings) -> Schedule:
    rules = CampaignRules(per_second=settings.notifications.campaign_rate)
    campaign = ScheduleActionStartWorkflow(
        RecommendTrending.run,
        RecommendTrendingInput(rules=rules, colocated=settings.services.together_with(NOTIFICATIONS)),
        id=WEEKLY_RECOMMENDATIONS_SCHEDULE,
        task_queue=NOTIFICATIONS_STANDARD_QUEUE,
        static_summary="tell customers what is trending",
    )
    mondays = ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[MORNING], day_of_week=[MONDAY])], jitter=timedelta(minutes=5)
    )
    return Schedule(action=campaign, spec=mondays, policy=_policy(catch_up=timedelta(hours=12)))


def _policy(catch_up: timedelta) -> SchedulePolicy:
    return SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catch_up)
