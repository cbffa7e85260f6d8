"""Makes the messages that an event asks for. Decides who is told of what, never when or whether it is sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.notifications.mails import HAPPENED_AT, KIND_OF_EVENT, MailKind
from services.notifications.models import (
    Channel,
    Message,
    QueueMessages,
    Recipient,
    Source,
    SourceKind,
    Status,
    message_id_of,
)
from services.shared.errors import Invalid
from services.shared.events import Origin

WHO: Final = ("customerId", "userId")
"""Where events name the user whom they concern; the first that is there."""


def kind_of(command: QueueMessages) -> MailKind | None:
    """What people are told of it; None: nothing."""
    return KIND_OF_EVENT.get(command.kind)


def user_of(facts: Mapping[str, Any]) -> str:
    """Whom the event concerns. Raises Invalid where its data names nobody."""
    named = next((facts[name] for name in WHO if name in facts), None)
    if not isinstance(named, str) or not named:
        raise Invalid("names no user", ("data",))
    return named


def message_for(command: QueueMessages, kind: MailKind, recipient: Recipient, now: datetime) -> Message:
    """The message, without its subject."""
    source = Source(kind=SourceKind.EVENT, id=command.event_id)
    return Message(
        id=message_id_of(source, recipient.user_id, Channel.EMAIL),
        source=source,
        user_id=recipient.user_id,
        channel=Channel.EMAIL,
        template=kind.template,
        category=kind.category,
        to=recipient.address,
        subject="",
        facts={**command.facts, HAPPENED_AT: command.happened_at.isoformat()},
        position=0,
        origin=_origin(command),
        status=Status.QUEUED,
        attempts=0,
        unknown_attempts=0,
        claim=None,
        reason=None,
        detail=None,
        queued_at=now,
        next_try_at=now,
        expires_at=command.happened_at + kind.term,
        settled_at=None,
    )


def _origin(command: QueueMessages) -> Origin:
    """It belongs to what the event belongs to, and was caused by the event."""
    return replace(command.origin, causation_id=command.event_id)
