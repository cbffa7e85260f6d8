"""When steps that wait are tried again: each no earlier than it wants, and never too many of them at the same moment.

Without it, what an outage of hours has piled up would be tried all at once, every few seconds.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

A_SECOND: Final = 30
"""Attempts of waiting steps a second and process: with so many in vain there is room for those that are not."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)


class Turns:
    """The moments that were given away, by the second."""

    def __init__(self, a_second: int = A_SECOND) -> None:
        self._a_second = a_second
        self._given: Counter[int] = Counter()

    def next_turn(self, now: datetime, wanted: datetime) -> datetime:
        """The first moment from `wanted` on that is still free."""
        self._forget(now)
        first = max(wanted, now)
        second = next(each for each in _seconds_from(first) if self._given[each] < self._a_second)
        self._given[second] += 1
        return max(first, EPOCH + second * SECOND)

    def _forget(self, now: datetime) -> None:
        past = (now - EPOCH) // SECOND
        for second in [each for each in self._given if each < past]:
            del self._given[second]


def _seconds_from(moment: datetime) -> Iterator[int]:
    return count((moment - EPOCH) // SECOND)
