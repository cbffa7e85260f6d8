"""How fast mail goes to each domain: slower after the server asked for that, and never faster than was set. No I/O.

A domain that was slowed gets one mail at a time, each after a pause that doubles while the server says "later" and
halves when it takes one, until the domain is free again. Other domains go on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from services.shared.recent import Recent

FIRST_PAUSE: Final = 2.0
"""Seconds."""

LONGEST_PAUSE: Final = 300.0
MOST_DOMAINS: Final = 10_000


@dataclass(slots=True, kw_only=True)
class _Slowed:
    pause: float
    until: float
    on_trial: bool = False


class DomainPaces:
    """Of one lane in one process. `rate` is the most mails a second to one domain; 0 for no limit."""

    def __init__(self, rate: float = 0, now: Callable[[], float] = monotonic) -> None:
        self._between = 1 / rate if rate else 0.0
        self._now = now
        self._slowed: dict[str, _Slowed] = {}
        self._next: Recent[float] = Recent(MOST_DOMAINS)

    @property
    def slowed(self) -> int:
        """How many domains are slowed now."""
        return len(self._slowed)

    def seconds_to_wait(self, domain: str) -> float:
        """0: a mail may go now, and whoever sends it says by one of the methods below what became of it."""
        slowed = self._slowed.get(domain)
        if slowed is None:
            return 0
        if slowed.on_trial:
            return slowed.pause
        if slowed.until > self._now():
            return slowed.until - self._now()
        slowed.on_trial = True
        return 0

    def seconds_until_turn(self, domain: str, longest: float) -> float | None:
        """Takes the next place in the domain's row, and says when it comes; None, and takes none, if too late."""
        if not self._between:
            return 0
        now = self._now()
        turn = max(now, self._next.look(domain) or now)
        if turn - now > longest:
            return None
        self._next.keep(domain, turn + self._between)
        return turn - now

    def asked_to_wait(self, domain: str, hint: float | None) -> float:
        """The server said "later", perhaps when; answers the seconds until the next one may go."""
        before = self._slowed.pop(domain, None)
        pause = min(before.pause * 2, LONGEST_PAUSE) if before else FIRST_PAUSE
        pause = max(pause, min(hint or 0, LONGEST_PAUSE))
        self._forget_the_oldest()
        self._slowed[domain] = _Slowed(pause=pause, until=self._now() + pause)
        return pause

    def went_well(self, domain: str) -> None:
        """The server took one, or refused it for a reason that has nothing to do with pace."""
        slowed = self._slowed.get(domain)
        if slowed is None:
            return
        slowed.on_trial = False
        slowed.pause /= 2
        slowed.until = self._now() + slowed.pause
        if slowed.pause < FIRST_PAUSE:
            del self._slowed[domain]

    def left_open(self, domain: str) -> None:
        """What became of it says nothing about the domain."""
        slowed = self._slowed.get(domain)
        if slowed is not None:
            slowed.on_trial = False

    def _forget_the_oldest(self) -> None:
        if len(self._slowed) >= MOST_DOMAINS:
            del self._slowed[next(iter(self._slowed))]
