"""The points that each caller may spend: a leaky bucket an identity. Knows no document and no request."""

from gateway.errors import RateLimited
from gateway.throttle.keys import Keys, network_of
from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Bucket, Counters

ADDRESS = "address"


class LeakyBudget:
    """Offers `limits.ports.Budget`."""

    def __init__(self, counters: Counters, keys: Keys, bucket: Bucket, metrics: ThrottleMetrics) -> None:
        self._counters = counters
        self._keys = keys
        self._bucket = bucket
        self._metrics = metrics

    async def spend(self, identity: str, cost: int) -> None:
        """Raises RateLimited with the seconds until so many points will be there."""
        kind, _, name = identity.partition(":")
        key = self._keys.of("budget", kind, network_of(name) if kind == ADDRESS else name)
        if wait := await self._counters.pour(key, cost, self._bucket):
            self._metrics.refused.labels("budget").inc()
            raise RateLimited(wait, "you have asked for too much in a short time")
