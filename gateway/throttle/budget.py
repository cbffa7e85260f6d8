"""The points that each caller may spend: a leaky bucket an identity. Knows no document and no request."""

from functools import lru_cache

from gateway.errors import RateLimited
from gateway.throttle.keys import Keys, network_of
from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Bucket, Counters

ADDRESS = "address"
REMEMBERED = 10_000
"""Identities whose counters' names are remembered: to make one takes longer than to ask for it."""


class LeakyBudget:
    """Offers `limits.ports.Budget`."""

    def __init__(self, counters: Counters, keys: Keys, bucket: Bucket, metrics: ThrottleMetrics) -> None:
        self._counters = counters
        self._keys = keys
        self._bucket = bucket
        self._metrics = metrics
        self._name = lru_cache(REMEMBERED)(self._named)

    async def spend(self, identity: str, cost: int) -> None:
        """Raises RateLimited with the seconds until so many points will be there."""
        if wait := await self._counters.pour(self._name(identity), cost, self._bucket):
            self._metrics.refused.labels("budget").inc()
            raise RateLimited(wait, "you have asked for too much in a short time")

    def _named(self, identity: str) -> str:
        kind, _, name = identity.partition(":")
        return self._keys.of("budget", kind, network_of(name) if kind == ADDRESS else name)
