"""Mail in numbers: what came of it by lane, how long it took and waited for a connection. No address in a label."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)


class SmtpMetrics:
    """Of one process; in a registry of its own unless it is given one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry = registry or CollectorRegistry()
        self._mails = Counter(
            "caravan_smtp_mails",
            "Attempts, by what came of them: accepted, again, slower, away, address, content, barred, unknown",
            ["lane", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "caravan_smtp_seconds",
            "From the wish to hand a mail over to the mail server's last answer",
            ["lane"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._waits = Histogram(
            "caravan_smtp_connection_wait_seconds",
            "How long a mail waited until a connection was free",
            ["lane"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._opened = Counter("caravan_smtp_connections_opened", "Connections made", ["lane"], registry=registry)
        self._borrowed = Counter(
            "caravan_smtp_connections_borrowed", "Mails on a connection of the other lane", ["lane"], registry=registry
        )
        self._slowed = Gauge(
            "caravan_smtp_slowed_domains", "Domains that get mail slowly now", ["lane"], registry=registry
        )

    def note_mail(self, lane: str, outcome: str, seconds: float) -> None:
        """One attempt has ended."""
        self._mails.labels(lane, outcome).inc()
        self._seconds.labels(lane).observe(seconds)

    def note_wait(self, lane: str, seconds: float, *, borrowed: bool) -> None:
        """A connection was free after that time."""
        self._waits.labels(lane).observe(seconds)
        if borrowed:
            self._borrowed.labels(lane).inc()

    def note_opened(self, lane: str) -> None:
        """A connection of the lane was made."""
        self._opened.labels(lane).inc()

    def note_slowed(self, lane: str, domains: int) -> None:
        """So many domains are slowed."""
        self._slowed.labels(lane).set(domains)
