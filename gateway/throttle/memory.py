"""Counts in this process alone: in the place of Redis while it is away. Bounded; the least recently used goes first."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from gateway.throttle.ports import Bucket, Pace

MOST_KEYS = 20_000
"""About 200 bytes each."""
RESOLUTION = 1e-6
"""Seconds; less is told apart by no adapter."""


@dataclass(slots=True)
class _Kept:
    """`level` is when a bucket will be empty, `until` when the next try may follow; both like `expires` in seconds."""

    expires: float
    level: float = 0.0
    tries: int = 0
    until: float = 0.0


class MemoryCounters:
    """Offers `ports.Counters`. `now` gives seconds that only ever grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = MOST_KEYS) -> None:
        self._now = now
        self._most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def pour(self, key: str, points: float, bucket: Bucket) -> float:
        now = self._now()
        level = max(self._at(key).level, now) + min(points, bucket.size) / bucket.leak
        wait = level - now - bucket.size / bucket.leak
        if wait > RESOLUTION:
            return wait
        self._keep(key, _Kept(expires=level, level=level))
        return 0.0

    async def draw(self, key: str, points: float, bucket: Bucket) -> None:
        if kept := self._kept.get(key):
            kept.level -= min(points, bucket.size) / bucket.leak

    async def count_try(self, key: str, pace: Pace) -> float:
        now, kept = self._now(), self._at(key)
        if kept.until > now:
            return kept.until - now
        tries = kept.tries + 1
        until = now + pace.delay_after(tries)
        self._keep(key, _Kept(expires=now + pace.remembered, tries=tries, until=until))
        return 0.0

    async def uncount_try(self, key: str) -> None:
        if kept := self._kept.get(key):
            kept.tries, kept.until = max(0, kept.tries - 1), 0.0

    async def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    async def remember(self, key: str, seconds: float) -> None:
        self._keep(key, _Kept(expires=self._now() + seconds))

    async def remembers(self, key: str) -> bool:
        kept = self._kept.get(key)
        return kept is not None and kept.expires > self._now()

    def _at(self, key: str) -> _Kept:
        kept = self._kept.get(key)
        return kept if kept and kept.expires > self._now() else _Kept(expires=0)

    def _keep(self, key: str, kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
