"""What the gateway needs of schedules: one Protocol, and what it answers. Knows no engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """A scheduled job as the engine has it now.

    Attributes:
        cadence: for a person, e.g. "every day at 03:00 UTC".
        note: why it is paused, or who let it go on; None where nobody has said anything.
        last_run_at: when the last run was started; None before the first.
        next_run_at: None while it is paused.
    """

    id: str
    cadence: str
    workflow_type: str
    paused: bool
    note: str | None
    last_run_at: datetime | None
    next_run_at: datetime | None


class Schedules(Protocol):
    """The scheduled jobs. Every call raises Unavailable when there is no answer in time, the effect unknown."""

    async def all(self) -> tuple[ScheduleView, ...]:
        """Those that there are, in the order of the table; one that no service has made yet is left out."""
        ...

    async def trigger(self, schedule_id: str) -> ScheduleView:
        """Runs it now, paused or not; answers once the run is started, or has not been for a while.

        Raises:
            NotFound: no such schedule.
            Conflict: a run of it goes on: a second one would be skipped.
        """
        ...

    async def pause(self, schedule_id: str, *, paused: bool, note: str) -> ScheduleView:
        """Holds its runs up, or lets it go on. Without effect, and the note stays, where it is so already.

        Raises:
            NotFound: no such schedule.
        """
        ...
