"""The numbers of live updates. No id in a label."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LAG_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0, 10.0, 30.0)


class LiveMetrics:
    """Registered once a gateway."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sockets = Gauge("caravan_live_sockets", "WebSockets that are open", registry=registry)
        self.subscriptions = Gauge("caravan_live_subscriptions", "Subscriptions that are open", registry=registry)
        self.closed = Counter("caravan_live_closed", "WebSockets that the gateway closed", ["code"], registry=registry)
        self.refused = Counter("caravan_live_refused", "WebSockets not let in", ["reason"], registry=registry)
        self.notices = Counter("caravan_live_notices", "Notices heard from Redis", ["kind"], registry=registry)
        self.hearing = Gauge("caravan_live_hearing", "1 while Redis is listened to", registry=registry)
        self.reads = Counter("caravan_live_reads", "Reads for those who watch", ["kind"], registry=registry)
        self.healed = Counter(
            "caravan_live_healed",
            "Changes that a look found before a notice told of them",
            ["kind"],
            registry=registry,
        )
        self.replaced = Counter(
            "caravan_live_replaced",
            "States that a newer one replaced before a slow reader took them",
            ["kind"],
            registry=registry,
        )
        self.sent = Counter("caravan_live_sent", "States sent", ["kind"], registry=registry)
        self.lag = Histogram(
            "caravan_live_lag_seconds",
            "From a change to its being written to the socket; present states at the start are not counted",
            ["kind"],
            buckets=LAG_BUCKETS,
            registry=registry,
        )
