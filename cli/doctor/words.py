"""Numbers and times as a person says them. Looks at nothing."""

from datetime import timedelta
from typing import Final

from cli.invariants.verdict import counted

__all__ = ["counted", "lasting"]

UNITS: Final = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def lasting(time: timedelta) -> str:
    """In whole parts of its largest unit, e.g. "3 hours"."""
    for unit, length in UNITS:
        if time >= length:
            return counted(time // length, unit)
    return counted(time // timedelta(seconds=1), "second")
