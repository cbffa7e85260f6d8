"""Whether kept answers are true: a few hits are computed again in the background and compared. Serves nobody.

A kept answer may be old for as long as its event is under way. So one that differs is looked for again after a while:
if it is still given then, nothing dropped it that should have.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from gateway.caching.metrics import CacheMetrics
from gateway.caching.ports import Answer, Compute, ResponseCache, Source
from services.shared.errors import CaravanError

UNDER_WAY: Final = 3.0
"""Seconds after which an event has dropped what it makes void."""

log = structlog.get_logger(__name__)


class Shadow:
    """Checks this share of the hits, one at a time. `chance` gives numbers from 0 to 1, 1 left out."""

    def __init__(
        self,
        cache: ResponseCache,
        share: float,
        metrics: CacheMetrics,
        chance: Callable[[], float],
        under_way: float = UNDER_WAY,
    ) -> None:
        self._cache = cache
        self._share = share
        self._metrics = metrics
        self._chance = chance
        self._under_way = under_way
        self._task: asyncio.Task[None] | None = None

    def maybe_check(self, key: str, hit: Answer, compute: Compute) -> None:
        """Begins a check of a hit, or passes it over."""
        if self._task is None and self._chance() < self._share:
            self._task = asyncio.create_task(self._check(key, hit, compute))
            self._task.add_done_callback(self._ended)

    async def idle(self) -> None:
        """Returns when no check is under way."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """Ends a check that is under way."""
        if self._task is not None:
            self._task.cancel()
        await self.idle()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if not task.cancelled() and (failure := task.exception()):
            log.error("kept answer not checked", exc_info=failure)

    async def _check(self, key: str, hit: Answer, compute: Compute) -> None:
        try:
            now = await compute()
        except CaravanError:
            return
        if now.freshness is None:
            return
        if now.body == hit.body:
            self._metrics.checked.labels("same").inc()
            return
        await asyncio.sleep(self._under_way)
        later = await self._cache.answer(key, compute)
        still_given = later.source in {Source.HIT, Source.STALE} and later.body == hit.body
        self._metrics.checked.labels("different" if still_given else "overtaken").inc()
        if still_given:
            log.warning("kept answer differs from the truth", tags=sorted(now.tags)[:20], age=round(later.age, 3))
