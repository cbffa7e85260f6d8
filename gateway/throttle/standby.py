"""Counts in Redis while it is there, in this process while it is not. Never fails, and goes back by itself.

While Redis is away, it is asked again by one request at a time, so that the others wait for nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Bucket, Counters, Pace
from services.shared.errors import Unavailable

ANSWER_WITHIN: Final = 0.5
ASKED_AGAIN_AFTER: Final = 2.0
"""Seconds."""

Answer = TypeVar("Answer")
log = structlog.get_logger(__name__)


class StandbyCounters:
    """Offers `ports.Counters`. `now` gives seconds that only ever grow."""

    def __init__(
        self,
        shared: Counters,
        own: Counters,
        metrics: ThrottleMetrics,
        now: Callable[[], float] = time.monotonic,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self._shared = shared
        self._own = own
        self._metrics = metrics
        self._now = now
        self._answer_within = answer_within
        self._is_away = False
        self._ask_again = 0.0
        metrics.shared.set(1)

    async def pour(self, key: str, points: float, bucket: Bucket) -> float:
        return await self._asked(lambda counters: counters.pour(key, points, bucket))

    async def draw(self, key: str, points: float, bucket: Bucket) -> None:
        await self._asked(lambda counters: counters.draw(key, points, bucket))

    async def count_try(self, key: str, pace: Pace) -> float:
        return await self._asked(lambda counters: counters.count_try(key, pace))

    async def uncount_try(self, key: str) -> None:
        await self._asked(lambda counters: counters.uncount_try(key))

    async def forget(self, key: str) -> None:
        await self._asked(lambda counters: counters.forget(key))

    async def remember(self, key: str, seconds: float) -> None:
        await self._asked(lambda counters: counters.remember(key, seconds))

    async def remembers(self, key: str) -> bool:
        return await self._asked(lambda counters: counters.remembers(key))

    async def _asked(self, step: Callable[[Counters], Awaitable[Answer]]) -> Answer:
        if not self._is_away or self._now() >= self._ask_again:
            self._ask_again = self._now() + ASKED_AGAIN_AFTER
            try:
                async with asyncio.timeout(self._answer_within):
                    answer = await step(self._shared)
            except (Unavailable, TimeoutError) as failure:
                self._note_away(failure)
            else:
                self._note_back()
                return answer
        self._metrics.stood_in.inc()
        return await step(self._own)

    def _note_away(self, failure: Exception) -> None:
        self._ask_again = self._now() + ASKED_AGAIN_AFTER
        if not self._is_away:
            log.warning("counting in this process alone", reason=str(failure) or type(failure).__name__)
        self._is_away = True
        self._metrics.shared.set(0)

    def _note_back(self) -> None:
        if self._is_away:
            log.info("counting in Redis again")
        self._is_away = False
        self._metrics.shared.set(1)
