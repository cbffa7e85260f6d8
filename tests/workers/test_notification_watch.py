"""What operators see of sending: that a lane is stopped, what became of messages, and how long they took."""

from dataclasses import replace
from datetime import timedelta

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.notifications.models import Lane, LanePause, Reason, Status
from tests.notifications.makers import MOMENT, a_message
from tests.support.doubles import StandingClock
from workers.notification_watch import SendingWatch

PAUSE = LanePause(
    lane=Lane.CRITICAL, detail="550 5.7.1 not from you", since=MOMENT, until=MOMENT + timedelta(minutes=1)
)


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"caravan_notifications_{name}", labels) or 0.0


def test_a_lane_that_stops_is_an_alert_until_it_goes_on() -> None:
    watch = SendingWatch(StandingClock())
    assert told("lane_paused", lane=Lane.CRITICAL) == 0
    with capture_logs() as lines:
        watch.paused(PAUSE)
    assert [(line["log_level"], line["lane"], line["detail"]) for line in lines] == [
        ("error", Lane.CRITICAL, PAUSE.detail)
    ]
    assert (told("lane_paused", lane=Lane.CRITICAL), told("lane_paused", lane=Lane.STANDARD)) == (1, 0)
    watch.resumed(Lane.CRITICAL)
    assert told("lane_paused", lane=Lane.CRITICAL) == 0


def test_what_became_of_messages_is_counted_by_kind_and_a_failure_is_told() -> None:
    clock, message = StandingClock(), a_message()
    watch = SendingWatch(clock)
    failed = replace(message, status=Status.FAILED, reason=Reason.GIVEN_UP)
    kinds: list[dict[str, str]] = [
        {"category": message.category, "status": Status.SENT, "reason": ""},
        {"category": message.category, "status": Status.FAILED, "reason": Reason.GIVEN_UP},
    ]
    before = [told("ended_total", **kind) for kind in kinds]
    waited = told("waited_seconds_count", lane=message.lane)
    with capture_logs() as lines:
        watch.ended(replace(message, status=Status.SENT))
        watch.ended(failed)
    assert [told("ended_total", **kind) for kind in kinds] == [count + 1 for count in before]
    assert told("waited_seconds_count", lane=message.lane) == waited + 1
    assert [(line["log_level"], line["message_id"]) for line in lines] == [("warning", message.id)]
    assert message.to not in str(lines)
