"""Counts in Redis while it is there, in this process while it is not. Never fails, and goes back by itself."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Bucket, Counters, Pace
from services.infra.redis_calls.reach import Reach
from services.shared.errors import Unavailable

Answer = TypeVar("Answer")
log = structlog.get_logger(__name__)


class StandbyCounters:
    """Offers `ports.Counters`. Nobody waits longer than `reach` has patience, and while Redis is away not at all."""

    def __init__(self, shared: Counters, own: Counters, metrics: ThrottleMetrics, reach: Reach) -> None:
        self._shared = shared
        self._own = own
        self._metrics = metrics
        self._reach = reach
        self._is_away = False
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

    async def _asked(self, step: Callable[[Counters], Coroutine[Any, Any, Answer]]) -> Answer:
        try:
            answer = await self._reach.ask(step(self._shared))
        except Unavailable as failure:
            self._note_away(failure)
            return await step(self._own)
        self._note_back()
        return answer

    def _note_away(self, failure: Unavailable) -> None:
        self._metrics.stood_in.inc()
        if not self._is_away:
            log.warning("counting in this process alone", reason=str(failure))
        self._is_away = True
        self._metrics.shared.set(0)

    def _note_back(self) -> None:
        if self._is_away:
            log.info("counting in Redis again")
        self._is_away = False
        self._metrics.shared.set(1)
