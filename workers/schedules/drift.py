"""What is otherwise with a schedule than it is wanted, part by part, in words. Mends nothing.

Whether it is paused, and why, is a person's to say, and no difference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
)

from workflows.conversion import DATA_CONVERTER

MISSING: Final = "presence"
INPUT: Final = "input"
"""The part that depends on where services run; who runs elsewhere cannot tell whether it is right."""

CALENDAR: Final = ("second", "minute", "hour", "day_of_month", "month", "year", "day_of_week")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One part of one schedule that is not as it is wanted."""

    schedule: str
    part: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.schedule} has the {self.part} {self.found}, not {self.wanted}"


def missing(name: str) -> Difference:
    """The schedule is not there at all."""
    return Difference(schedule=name, part=MISSING, wanted="there", found="not there")


def differences(name: str, wanted: Schedule, found: Schedule) -> tuple[Difference, ...]:
    """What is otherwise, in the order of the parts."""
    right, here = _parts(wanted), _parts(found)
    return tuple(
        Difference(schedule=name, part=part, wanted=right[part], found=here[part])
        for part in right
        if right[part] != here[part]
    )


def _parts(schedule: Schedule) -> dict[str, str]:
    spec, policy = schedule.spec, schedule.policy
    return {
        "times": "; ".join(_times(spec)) or "never",
        "jitter": str(spec.jitter or "none"),
        "overlap": policy.overlap.name,
        "catch-up window": str(policy.catchup_window),
        "pause after a failure": str(policy.pause_on_failure),
        "limit of runs": _limit(schedule.state),
        **_action(schedule.action),
    }


def _action(action: object) -> dict[str, str]:
    if not isinstance(action, ScheduleActionStartWorkflow):
        return dict.fromkeys(("workflow", INPUT, "timeouts", "summary"), "none")
    timeouts = (action.execution_timeout, action.run_timeout, action.task_timeout)
    return {
        "workflow": f"{action.workflow} {action.id} on {action.task_queue}",
        INPUT: ", ".join(_json(value) for value in action.args),
        "timeouts": ", ".join(str(timeout or "none") for timeout in timeouts),
        "summary": _json(action.static_summary or ""),
    }


def _times(spec: ScheduleSpec) -> Iterator[str]:
    yield from sorted(_interval(interval) for interval in spec.intervals)
    yield from sorted(_calendar(calendar) for calendar in spec.calendars)
    yield from spec.cron_expressions
    yield from (f"but not {_calendar(calendar)}" for calendar in spec.skip)
    if spec.time_zone_name not in {None, "", "UTC", "Etc/UTC"}:
        yield f"in {spec.time_zone_name}"
    if spec.start_at:
        yield f"from {spec.start_at.isoformat()}"
    if spec.end_at:
        yield f"until {spec.end_at.isoformat()}"


def _interval(interval: ScheduleIntervalSpec) -> str:
    return f"every {interval.every}" + (f" plus {interval.offset}" if interval.offset else "")


def _calendar(calendar: ScheduleCalendarSpec) -> str:
    return " ".join(f"{unit}={_ranges(getattr(calendar, unit))}" for unit in CALENDAR if getattr(calendar, unit))


def _ranges(ranges: Sequence[ScheduleRange]) -> str:
    return ",".join(f"{one.start}-{one.end}/{one.step}" for one in ranges)


def _limit(state: ScheduleState) -> str:
    return f"{state.remaining_actions} more" if state.limited_actions else "none"


def _json(value: object) -> str:
    """Values as Temporal keeps them."""
    payload = value if isinstance(value, Payload) else DATA_CONVERTER.payload_converter.to_payload(value)
    return payload.data.decode(errors="replace")
