"""The flood breaker: tells when a consumer gives up so much that the records are not at fault. Only counts.

Without it, an outage that looks like a failure empties a topic into its dead letters within minutes.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodRules:
    """What is a flood.

    Attributes:
        share: of dead letters among the latest records, from which on the consumer pauses.
        letters: fewer are none, whatever their share.
        window: the latest records that are looked at.
        pause: seconds until one record is tried again.
    """

    share: float = 0.2
    letters: int = 20
    window: int = 100
    pause: float = 60.0


NEVER: Final = FloodRules(share=math.inf)
"""No letters are a flood."""


class FloodBreaker:
    """One consumer's. Closed, it lets all records be tried; open, none; after a pause, one.

    The one that is tried then decides: an effect closes it; another dead letter opens it again, so a flood that goes on
    costs one letter a pause, and no record can hold the consumer up for ever. Times are the event loop's, in seconds.
    """

    def __init__(self, rules: FloodRules) -> None:
        self._rules = rules
        self._latest: deque[bool] = deque(maxlen=rules.window)
        self._until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the consumer pauses, or tries one record to find out."""
        return self._until is not None

    def admits(self, now: float) -> int | None:
        """How many records may be tried now; None: any number."""
        if self._until is None:
            return None
        return 1 if self._until <= now else 0

    def due(self) -> float | None:
        """When one record may be tried; None when it is closed."""
        return self._until

    def note_effect(self, now: float) -> bool:
        """A record had its effect. True when that closes the breaker."""
        self._latest.append(False)
        if self._until is None or self._until > now:
            return False
        self._until = None
        self._latest.clear()
        return True

    def note_letter(self, now: float) -> bool:
        """A record was given up. True when that opens the breaker, or leaves it open for another pause."""
        self._latest.append(True)
        letters = sum(self._latest)
        flood = letters >= self._rules.letters and letters >= self._rules.share * len(self._latest)
        if flood or self._until is not None:
            self._until = now + self._rules.pause
            return True
        return False
