"""Internal calls in numbers: by service, operation and outcome, and how long they took. No id in a label."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

LABELS: Final = ("service", "operation")


class CallMetrics:
    """Of one process; in a registry of its own unless it is given one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry = registry or CollectorRegistry()
        self._calls = Counter(
            "caravan_internal_calls",
            "By what became of them: ok, refused, unavailable (its own word), failed (a defect), timeout, unreachable, "
            "broken, cancelled; not even tried: late, circuit-open",
            [*LABELS, "outcome"],
            registry=registry,
        )
        self._attempts = Counter(
            "caravan_internal_call_attempts_again",
            "Attempts after the first",
            LABELS,
            registry=registry,
        )
        self._seconds = Histogram(
            "caravan_internal_call_seconds",
            "From the wish to the answer, attempts again included",
            LABELS,
            buckets=BUCKETS,
            registry=registry,
        )
        self._open = Gauge(
            "caravan_internal_circuit_open",
            "1 while calls to the service fail at once, since it kept failing",
            ["service"],
            registry=registry,
        )

    def note_call(self, service: str, operation: str, outcome: str, seconds: float) -> None:
        """One call has ended."""
        self._calls.labels(service, operation, outcome).inc()
        self._seconds.labels(service, operation).observe(seconds)

    def note_again(self, service: str, operation: str) -> None:
        """It is tried again."""
        self._attempts.labels(service, operation).inc()

    def note_circuit(self, service: str, *, is_open: bool) -> None:
        """How the circuit of a service stands now."""
        self._open.labels(service).set(1 if is_open else 0)
