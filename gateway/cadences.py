"""When a schedule runs, in words for a person: read from what the engine has, so that it is never out of date."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from temporalio.client import ScheduleCalendarSpec, ScheduleIntervalSpec, ScheduleRange, ScheduleSpec

DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
UNITS: Final = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)
WHOLE: Final = {"day_of_month": range(1, 32), "month": range(1, 13), "day_of_week": range(7)}
"""The fields of a calendar that say nothing when they hold all there is."""

FIELDS: Final = ("second", "minute", "hour", "day_of_month", "month", "year", "day_of_week")


def cadence_of(spec: ScheduleSpec) -> str:
    """E.g. "every 10 seconds", "every Monday at 09:00 UTC"; what is less usual is told number by number."""
    zone = spec.time_zone_name or "UTC"
    told = [_interval(each) for each in spec.intervals] + [_calendar(each, zone) for each in spec.calendars]
    return " and ".join(told) or "never by itself"


def _interval(interval: ScheduleIntervalSpec) -> str:
    unit, length = next((pair for pair in UNITS if not interval.every % pair[1]), UNITS[-1])
    count = interval.every // length
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def _calendar(calendar: ScheduleCalendarSpec, zone: str) -> str:
    held = {field: _numbers(getattr(calendar, field)) for field in FIELDS}
    free = {field for field, whole in WHOLE.items() if set(held[field]) == set(whole)}
    time = held["hour"], held["minute"], held["second"]
    if any(len(numbers) != 1 for numbers in time) or held["year"] or "month" not in free:
        return _in_numbers(held, free, zone)
    ((hour,), (minute,), (second,)) = time
    at = f"at {hour:02}:{minute:02}" + (f":{second:02}" if second else "") + f" {zone}"
    if free == set(WHOLE):
        return f"every day {at}"
    if "day_of_month" in free:
        return f"every {' and '.join(DAYS[day % len(DAYS)] for day in held['day_of_week'])} {at}"
    return _in_numbers(held, free, zone)


def _in_numbers(held: dict[str, tuple[int, ...]], free: set[str], zone: str) -> str:
    told = (
        f"{field.replace('_', ' ')} {', '.join(map(str, numbers))}"
        for field, numbers in held.items()
        if field not in free and numbers
    )
    return f"whenever it is {'; '.join(told)} ({zone})"


def _numbers(ranges: Sequence[ScheduleRange]) -> tuple[int, ...]:
    return tuple(number for each in ranges for number in range(each.start, each.end + 1, each.step))
