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
from workers.refreshes import refresh_rules
from workflows.campaigns import CampaignRules
from workflows.expire_reservations import ExpireReservations
from workflows.messages import ExpireReservationsInput
from workflows.names import (
    EXPIRE_RESERVATIONS_SCHEDULE,
    INVENTORY_QUEUE,
    NOTIFICATIONS,
    NOTIFICATIONS_STANDARD_QUEUE,
    RECOMMENDATIONS_QUEUE,
    REFRESH_RECOMMENDATIONS_SCHEDULE,
    WEEKLY_RECOMMENDATIONS_SCHEDULE,
)
from workflows.recommend_trending import RecommendTrending
from workflows.recommendations import RecommendTrendingInput
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RefreshInput

EXPIRE_EVERY: Final = timedelta(seconds=10)
EXPIRE_WITHIN: Final = timedelta(minutes=10)

MONDAY: Final = ScheduleRange(1)
MORNING: Final = ScheduleRange(9)
NIGHT: Final = ScheduleRange(3)
"""Hours, UTC."""


def schedules_of(service: str, settings: Settings) -> Mapping[str, Schedule]:
    """The schedules that a service brings, by their Temporal id."""
    if service == INVENTORY_QUEUE:
        return {EXPIRE_RESERVATIONS_SCHEDULE: _expire_reservations(settings)}
    if service == NOTIFICATIONS:
        return {WEEKLY_RECOMMENDATIONS_SCHEDULE: _weekly_recommendations(settings)}
    if service == RECOMMENDATIONS_QUEUE:
        return {REFRESH_RECOMMENDATIONS_SCHEDULE: _refresh_recommendations(settings)}
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


def _refresh_recommendations(settings: Settings) -> Schedule:
    colocated = settings.services.together_with(RECOMMENDATIONS_QUEUE)
    refresh = ScheduleActionStartWorkflow(
        RefreshRecommendations.run,
        RefreshInput(scheduled=True, rules=refresh_rules(settings), colocated=colocated),
        id=REFRESH_RECOMMENDATIONS_SCHEDULE,
        task_queue=RECOMMENDATIONS_QUEUE,
        static_summary="make the recommendations of all users anew",
    )
    nights = ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[NIGHT])], jitter=timedelta(minutes=5))
    return Schedule(action=refresh, spec=nights, policy=_policy(catch_up=timedelta(hours=6)))


def _policy(catch_up: timedelta) -> SchedulePolicy:
    return SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catch_up)
