"""What projections owe the gateways: names of kept answers that were made from them, dropped once they are written.

No projection waits for Redis: what it does not take now stays owed, and is tried again. Decides no name.
"""

import asyncio
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import Counter

from services.infra.pauses import set_within, unless_set
from services.shared.errors import Unavailable
from workers.cache_drops import CacheDrops

MOST_NAMES: Final = 5_000
"""Of more that are owed at once, all that is kept is dropped instead."""

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0
LONGEST_WAIT: Final = 60.0
"""Seconds between tries while Redis is away; and between looks when nothing is owed."""

FAILED = Counter("caravan_cache_owed_drops_failed", "Tries to drop what projections owe that Redis did not take")

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Debt:
    """What one consumer owes for the same moment. `since` is that of the oldest event that made it owe."""

    since: datetime
    tags: set[str] = field(default_factory=set)


class OwedDrops:
    """One a process. A process that is killed while Redis is away owes no more: then the answers' age is the bound."""

    def __init__(self) -> None:
        self._debts: dict[tuple[float, str], Debt] = {}
        self._news = asyncio.Event()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is owed."""
        return not self._debts

    def owe(self, consumer: str, tags: Iterable[str], since: datetime, later: float = 0.0) -> None:
        """To be dropped at once. With `later`: between once and twice so many seconds from now, where what answers are
        made from is itself read so seldom. Never waits, never fails.
        """
        now = _now()
        # What is owed later within one span falls due together.
        due = math.floor(now / later + 2) * later if later else now
        debt = self._debts.setdefault((due, consumer), Debt(since=since))
        debt.tags.update(tags)
        debt.since = min(debt.since, since)
        self._news.set()

    async def run(self, drops: CacheDrops, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set; then tries once more, with what is due later too."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            self._news.clear()
            try:
                await self._settle(drops, _now())
            except Unavailable as failure:
                FAILED.inc()
                log.warning("drops are owed", reason=str(failure), seconds=pause)
                await set_within(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
                await unless_set(stop, set_within(self._news, self._seconds_left()))
        with suppress(Unavailable):
            await self._settle(drops, math.inf)

    async def _settle(self, drops: CacheDrops, until: float) -> None:
        """Drops all that is due by then. Raises Unavailable: the rest stays owed."""
        due = {key: debt for key, debt in self._debts.items() if key[0] <= until}
        if sum(len(debt.tags) for debt in due.values()) > MOST_NAMES:
            await drops.clear()
            due, self._debts = {}, {key: debt for key, debt in self._debts.items() if key not in due}
        for key, debt in due.items():
            dropped = frozenset(debt.tags)
            await drops.drop(key[1], dropped, [debt.since])
            debt.tags -= dropped
            if not debt.tags:
                del self._debts[key]

    def _seconds_left(self) -> float:
        first = min((due for due, _ in self._debts), default=math.inf)
        return min(max(first - _now(), 0.0), LONGEST_WAIT)


def _now() -> float:
    return asyncio.get_running_loop().time()
