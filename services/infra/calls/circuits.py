"""Whether a service is worth a call: one that kept failing is left alone for a moment, then tried by one call.

Makes no call itself. One circuit for each face that a process calls.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final

FAILURES: Final = 5
"""Calls in a row without an answer of use, after which the next ones fail at once."""

PAUSE: Final = 1.0
"""Seconds until one call may try again."""


class Circuit:
    """Closed while all is well, open after too many failures in a row, tried by one call at a time after a pause."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failures = 0
        self._tried_from = 0.0
        self._on_trial = False

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once, but for one that tries."""
        return self._failures >= FAILURES

    def admits(self) -> bool:
        """Whether a call may be made; who is let in must say what became of it by one of the methods below."""
        if not self.is_open:
            return True
        if self._on_trial or self._now() < self._tried_from:
            return False
        self._on_trial = True
        return True

    def answered(self) -> None:
        """The service answered, whatever it said."""
        self._failures = 0
        self._on_trial = False

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        self._on_trial = False
        self._tried_from = self._now() + PAUSE

    def left_open(self) -> None:
        """The call says nothing about the service: its caller went away, or had next to no time."""
        self._on_trial = False
