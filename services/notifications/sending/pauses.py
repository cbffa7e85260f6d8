"""How long a message waits between two attempts: by its lane, and by whose fault it was. Pure.

Whoever finds no server waits for the server alone: critical messages look for it far more often, and go first when it
is back. Whoever is told "later" by one waits longer and longer, as RFC 5321 wants it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.notifications.deliveries import TryAgain
from services.notifications.models import Lane, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """The first, and the longest; each is up to twice the one before."""

    first: timedelta
    longest: timedelta

    def after(self, attempts: int, jitter: float) -> timedelta:
        """The one after so many attempts; with `jitter` 0 half of it, with 1 all of it."""
        doubled = min(self.first * (1 << min(max(attempts, 1) - 1, 30)), self.longest)
        return doubled * (0.5 + jitter / 2)


AWAY: Final[Mapping[Lane, Pauses]] = {
    Lane.CRITICAL: Pauses(first=timedelta(seconds=1), longest=timedelta(seconds=10)),
    Lane.STANDARD: Pauses(first=timedelta(seconds=15), longest=timedelta(seconds=60)),
}
"""While the server cannot be reached."""

LATER: Final[Mapping[Lane, Pauses]] = {
    Lane.CRITICAL: Pauses(first=timedelta(seconds=10), longest=timedelta(minutes=15)),
    Lane.STANDARD: Pauses(first=timedelta(minutes=1), longest=timedelta(hours=1)),
}
"""When the server took others, but not this one yet."""


def pause_after(message: Message, delivery: TryAgain, jitter: float) -> timedelta:
    """How long the message waits at least; `jitter` is 0 to 1."""
    pauses = AWAY if delivery.away else LATER
    return pauses[message.lane].after(message.attempts, jitter)
