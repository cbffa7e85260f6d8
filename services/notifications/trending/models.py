"""What was sold on which day, and what is trending. Frozen; knows no storage."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

HALF_LIFE: Final = timedelta(days=7)
"""After it a sale counts half as much as one of today."""

WINDOW: Final = 8 * HALF_LIFE
"""What was sold before it does not count: it would be less than half a percent of what is sold today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Units of one product in confirmed orders of one day (UTC)."""

    sku: str
    day: date
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A product, and its sales with each day's weight."""

    sku: str
    score: float


def weight(day: date, today: date) -> float:
    """How much a sale of that day counts, from 1 for today's; 0 outside of the window, tomorrow included."""
    age = today - day
    if not timedelta(0) <= age < WINDOW:
        return 0.0
    return float(0.5 ** (age / HALF_LIFE))
