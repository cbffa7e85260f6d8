"""The numbers of who asks too often. No identity in a label."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class ThrottleMetrics:
    """Registered once a gateway."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.refused = Counter(
            "caravan_throttle_refused",
            "Requests refused because somebody asks too often, by what is counted",
            ["what"],
            registry=registry,
        )
        self.shared = Gauge(
            "caravan_throttle_shared",
            "1 while counts are shared in Redis, 0 while each process has its own",
            registry=registry,
        )
        self.stood_in = Counter(
            "caravan_throttle_stood_in", "Steps counted in this process because Redis was away", registry=registry
        )
