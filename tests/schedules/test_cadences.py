"""When a schedule runs is told in words that a person would use."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from temporalio.client import ScheduleCalendarSpec, ScheduleIntervalSpec, ScheduleRange, ScheduleSpec

from gateway.cadences import cadence_of


def at(hour: int, minute: int = 0, days: Sequence[int] = ()) -> ScheduleCalendarSpec:
    week = [ScheduleRange(day) for day in days] or [ScheduleRange(0, 6)]
    return ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)], day_of_week=week)


NIGHTLY, MONDAYS = at(3), at(9, days=[1])

WORDS = {
    "every 10 seconds": ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(seconds=10))]),
    "every minute": ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=1))]),
    "every 90 minutes": ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=90))]),
    "every day at 03:00 UTC": ScheduleSpec(calendars=[NIGHTLY]),
    "every Monday at 09:00 UTC": ScheduleSpec(calendars=[MONDAYS]),
    "every Monday and Thursday at 18:30 UTC": ScheduleSpec(calendars=[at(18, 30, days=[1, 4])]),
    "every Sunday at 09:00 Europe/Berlin": ScheduleSpec(calendars=[at(9, days=[7])], time_zone_name="Europe/Berlin"),
    "every day at 03:00:30 UTC": ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(3)], second=[ScheduleRange(30)])]
    ),
    "every hour and every day at 03:00 UTC": ScheduleSpec(
        intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))], calendars=[NIGHTLY]
    ),
    "whenever it is second 0; minute 0, 30; hour 9, 10, 11 (UTC)": ScheduleSpec(
        calendars=[ScheduleCalendarSpec(minute=[ScheduleRange(0, 59, 30)], hour=[ScheduleRange(9, 11)])]
    ),
    "whenever it is second 0; minute 0; hour 3; day of month 1 (UTC)": ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(3)], day_of_month=[ScheduleRange(1)])]
    ),
    "never by itself": ScheduleSpec(),
}


@pytest.mark.parametrize("words", WORDS)
def test_a_cadence_is_told_in_words(words: str) -> None:
    assert cadence_of(WORDS[words]) == words
