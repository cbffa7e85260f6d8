"""The only place that reads the wall clock. Everything else is given a Clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time; replaced in tests."""

    def now(self) -> datetime:
        """The time, in UTC, cut to milliseconds (what MongoDB keeps)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return to_milliseconds(datetime.now(UTC))


def to_milliseconds(moment: datetime) -> datetime:
    """Cuts to whole milliseconds, so that a stored moment equals the one in memory."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
