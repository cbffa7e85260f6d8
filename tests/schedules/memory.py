"""Schedules in memory: the fake of `TemporalSchedules`, kept to the same contract suite. Runs nothing."""

from dataclasses import replace
from datetime import timedelta

from gateway.schedules import ScheduleView
from services.shared.clock import Clock
from services.shared.errors import Conflict, NotFound, Unavailable
from workflows.names import (
    EXPIRE_RESERVATIONS_SCHEDULE,
    REFRESH_RECOMMENDATIONS_SCHEDULE,
    WEEKLY_RECOMMENDATIONS_SCHEDULE,
)

SOON = timedelta(seconds=10)

SWEEP = ScheduleView(
    id=EXPIRE_RESERVATIONS_SCHEDULE,
    cadence="every 10 seconds",
    workflow_type="ExpireReservations",
    paused=False,
    note=None,
    last_run_at=None,
    next_run_at=None,
)
WEEKLY = replace(
    SWEEP,
    id=WEEKLY_RECOMMENDATIONS_SCHEDULE,
    cadence="every Monday at 09:00 UTC",
    workflow_type="RecommendTrending",
)
NIGHTLY = replace(
    SWEEP,
    id=REFRESH_RECOMMENDATIONS_SCHEDULE,
    cadence="every day at 03:00 UTC",
    workflow_type="RefreshRecommendations",
)


class MemorySchedules:
    """Offers `Schedules`. `journal` is what was done; `away` makes every call unavailable; `busy` ones have a run."""

    def __init__(self, clock: Clock) -> None:
        self.journal: list[str] = []
        self.away = False
        self.busy: set[str] = set()
        self._clock = clock
        self._found = {each.id: each for each in (SWEEP, WEEKLY, NIGHTLY)}

    async def all(self) -> tuple[ScheduleView, ...]:
        self._answer()
        return tuple(map(self._now, self._found))

    async def trigger(self, schedule_id: str) -> ScheduleView:
        found = self._known(schedule_id)
        if schedule_id in self.busy:
            raise Conflict("a run of it goes on; another one would be skipped", ("id",))
        self.journal.append(f"triggered {schedule_id}")
        self._found[schedule_id] = replace(found, last_run_at=self._clock.now())
        return self._now(schedule_id)

    async def pause(self, schedule_id: str, *, paused: bool, note: str) -> ScheduleView:
        if self._known(schedule_id).paused is not paused:
            self.journal.append(f"{'paused' if paused else 'resumed'} {schedule_id}")
            self._found[schedule_id] = replace(self._found[schedule_id], paused=paused, note=note)
        return self._now(schedule_id)

    def _known(self, schedule_id: str) -> ScheduleView:
        self._answer()
        if schedule_id not in self._found:
            raise NotFound("no such schedule", ("id",))
        return self._found[schedule_id]

    def _now(self, schedule_id: str) -> ScheduleView:
        found = self._found[schedule_id]
        return replace(found, next_run_at=None if found.paused else self._clock.now() + SOON)

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("workflows")
