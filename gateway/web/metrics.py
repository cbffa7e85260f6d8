"""The gateway's numbers: requests by operation and outcome, and how long they took. No id in a label."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from gateway.caching.metrics import CacheMetrics
from gateway.live.metrics import LiveMetrics
from gateway.throttle.metrics import ThrottleMetrics

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0)


class Metrics:
    """One registry a gateway, which others may count in too."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self._registry = registry or CollectorRegistry()
        self.cache = CacheMetrics(self._registry)
        self.live = LiveMetrics(self._registry)
        self.throttle = ThrottleMetrics(self._registry)
        self._requests = Counter(
            "caravan_gateway_requests",
            "GraphQL requests, by root field and outcome (ok, refused, or the first error's code)",
            ["operation", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "caravan_gateway_request_seconds",
            "From the request's last byte to the answer's first, by root field",
            ["operation"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._served = Counter(
            "caravan_recommendations_served",
            "Recommendations in answers, by the rule behind them; kept answers that are given again are not counted",
            ["rule"],
            registry=self._registry,
        )
        self._ready = Gauge(
            "caravan_gateway_dependency_ready",
            "1 where the dependency answered the last readiness check",
            ["dependency"],
            registry=self._registry,
        )

    def note_request(self, operation: str, outcome: str, seconds: float) -> None:
        """One request answered."""
        self._requests.labels(operation, outcome).inc()
        self._seconds.labels(operation).observe(seconds)

    def note_served(self, recommendations: Mapping[str, int]) -> None:
        """So many of each rule are in an answer that was made now."""
        for rule, number in recommendations.items():
            self._served.labels(rule).inc(number)

    def note_ready(self, dependency: str, *, ready: bool) -> None:
        """What a readiness check found."""
        self._ready.labels(dependency).set(1 if ready else 0)


def outcome_of(result: Mapping[str, Any], *, refused: bool) -> str:
    """What became of a request, in one word."""
    if errors := result.get("errors"):
        return str(errors[0]["extensions"]["code"])
    return "refused" if refused else "ok"
