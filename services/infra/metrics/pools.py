"""Pools in numbers: how much of each is in use, how much there is, and who waited how long. No address in a label."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

BY_POOL: Final = ["pool"]
WAITED: Final = 0.001
"""Seconds; who got one sooner did not wait."""


class Pool:
    """The numbers of one pool; may be told from any thread."""

    def __init__(self, in_use: Gauge, waits: Counter, seconds: Counter) -> None:
        self._in_use = in_use
        self._waits = waits
        self._seconds = seconds

    def taken(self, waited: float) -> None:
        """One is in use from now on; who took it waited so many seconds."""
        self._in_use.inc()
        if waited >= WAITED:
            self.missed(waited)

    def missed(self, waited: float) -> None:
        """Somebody waited so many seconds, whatever came of it."""
        self._waits.inc()
        self._seconds.inc(waited)

    def given_back(self) -> None:
        """One is free again."""
        self._in_use.dec()


class PoolMetrics:
    """Of one process; in a registry of its own unless it is given one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self._in_use = Gauge("caravan_pool_in_use", "How many are in use now", BY_POOL, registry=registry)
        self._size = Gauge("caravan_pool_size", "How many there may be at most", BY_POOL, registry=registry)
        self._waits = Counter("caravan_pool_waits", "Times that one had to be waited for", BY_POOL, registry=registry)
        self._seconds = Counter(
            "caravan_pool_wait_seconds", "Seconds spent waiting for one, all together", BY_POOL, registry=registry
        )

    def pool(self, name: str, size: int) -> Pool:
        """The numbers of the pool of that name, which has at most `size`."""
        self._size.labels(name).set(size)
        return Pool(self._in_use.labels(name), self._waits.labels(name), self._seconds.labels(name))
