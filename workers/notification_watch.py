"""What sending counts and logs, for the metrics of the process. Labels are lanes, categories and results: a few dozen
series; no address, no name.
"""

from typing import Final

import structlog
from prometheus_client import Counter, Gauge, Histogram

from services.notifications.deliveries import Delivery
from services.notifications.models import Lane, LanePause, Message, Status
from services.shared.clock import Clock

SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800, 7200, 86400)

ENDED = Counter("caravan_notifications_ended", "Messages that came to an end", ["category", "status", "reason"])
TRIED = Histogram(
    "caravan_notifications_tried_seconds", "Handing over to a channel", ["lane", "result"], buckets=SECONDS
)
WAITED = Histogram(
    "caravan_notifications_waited_seconds", "From its making until a message was sent", ["lane"], buckets=SECONDS
)
PAUSED = Gauge("caravan_notifications_lane_paused", "1 while a lane is stopped, as far as is known here", ["lane"])

log = structlog.get_logger(__name__)


class SendingWatch:
    """Offers `Watch`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        for lane in Lane:
            PAUSED.labels(lane).set(0)

    def tried(self, message: Message, delivery: Delivery, seconds: float) -> None:
        """See `Watch.tried`."""
        TRIED.labels(message.lane, type(delivery).__name__).observe(seconds)

    def ended(self, message: Message) -> None:
        """See `Watch.ended`."""
        ENDED.labels(message.category, message.status, message.reason or "").inc()
        if message.status is Status.SENT:
            WAITED.labels(message.lane).observe((self._clock.now() - message.queued_at).total_seconds())
        if message.status is Status.FAILED:
            log.warning(
                "a message was given up", message_id=message.id, reason=message.reason, source=message.source.id
            )

    def paused(self, pause: LanePause) -> None:
        """See `Watch.paused`."""
        PAUSED.labels(pause.lane).set(1)
        log.error("a lane is stopped: the mail server takes nothing from us", lane=pause.lane, detail=pause.detail)

    def resumed(self, lane: Lane) -> None:
        """See `Watch.resumed`."""
        PAUSED.labels(lane).set(0)
        log.info("a lane goes on", lane=lane)

    def went_wrong(self, message: Message, failure: Exception) -> None:
        """See `Watch.went_wrong`."""
        log.error(
            "sending went wrong", message_id=message.id, template=message.template, failure=type(failure).__name__
        )
