"""What notifications tell the world: one event for each message that has come to an end. No personal data in it."""

from datetime import datetime
from typing import Any

from services.notifications.models import Message, Status
from services.shared.events import Event


def message_event(message: Message, event_id: str, sequence: int) -> Event:
    """The event of a message in a final state; `sequence` counts those of its recipient, from 1."""
    assert message.settled_at is not None  # noqa: S101 (a final message has it)
    return Event(
        id=event_id,
        type=f"notification.{message.status.lower()}.v1",
        subject=message.user_id,
        sequence=sequence,
        time=message.settled_at,
        data=_data(message, message.settled_at),
        origin=message.origin,
    )


def _data(message: Message, settled_at: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {
        "notificationId": message.id,
        "userId": message.user_id,
        "category": message.category.value,
        "priority": message.lane.value,
        "channel": message.channel.value,
        "template": message.template.value,
        "sourceKind": message.source.kind.value,
        "sourceId": message.source.id,
        "attempts": message.attempts,
        "unknownAttempts": message.unknown_attempts,
        "queuedAt": _moment_text(message.queued_at),
    }
    if message.status is Status.SENT:
        return data | {"sentAt": _moment_text(settled_at)}
    return data | {"reason": message.reason.value if message.reason else ""}


def _moment_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
