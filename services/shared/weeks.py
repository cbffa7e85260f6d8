"""Weeks as whole numbers, the grain in which purchases are counted. Reads no clock."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
WEEK: Final = timedelta(weeks=1)


def week_of(moment: datetime) -> int:
    """The whole weeks since 1970-01-01 UTC."""
    return (moment - EPOCH) // WEEK


def weeks_until(moment: datetime) -> float:
    """The same with the part of the week that has begun: what the age of a count is measured from."""
    return (moment - EPOCH) / WEEK
