"""The internal API in numbers: calls by service, operation and outcome, and how long they took. No id in a label."""

from typing import Final

from prometheus_client import Counter, Histogram

BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

REQUESTS = Counter(
    "caravan_api_requests",
    "Internal calls answered: ok, refused, unavailable (what it stands on), failed (a defect), stranger (not let in), "
    "unreadable, cancelled (the caller has gone)",
    ["service", "operation", "outcome"],
)
SECONDS = Histogram(
    "caravan_api_request_seconds",
    "From a call's head being read to its answer",
    ["service", "operation"],
    buckets=BUCKETS,
)

OUTCOMES: Final = {200: "ok", 422: "refused", 503: "unavailable", 500: "failed", 401: "stranger", 400: "unreadable"}
CANCELLED: Final = "cancelled"
"""By the status that the caller gets; CANCELLED where there is nobody to get one."""


def note_answer(service: str, operation: str, outcome: str, seconds: float) -> None:
    """One call has ended."""
    REQUESTS.labels(service, operation, outcome).inc()
    SECONDS.labels(service, operation).observe(seconds)
