"""Facts of messages in which everything holds: one to each order's buyer, and a campaign to three. For `healthy`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cli.invariants.event_records import EventFact, LetterFact, Position
from cli.invariants.messaging.records import CampaignFact, MailFact, MessageFact, Messaging
from services.notifications.models import SourceKind, Status
from workers.event_notices import FAILED_NOTICES

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

ORDERS = ("confirmed", "delivered", "declined", "declined-late", "cancelled")
IN_DOUBT = "m-delivered"
"""The message of which an attempt has an unknown outcome; its reader has it twice."""

REPLAYED = "m-cancelled"
"""The message that failed first, and was sent when it was replayed."""

CAMPAIGN = {"m-glad": Status.SENT, "m-gone": Status.SKIPPED, "m-lost": Status.FAILED}
SALE = CampaignFact(
    id="sale", status="COMPLETED", is_moving=False, recipients=3, sent=1, skipped=1, failed=1, finished_at=NOON
)


def messaging() -> Messaging:
    """All messages have ended, and their workflows, too."""
    messages = (*(_of_order(name) for name in ORDERS), *(_of_campaign(name) for name in CAMPAIGN))
    sent = [message.id for message in messages if message.status is Status.SENT]
    return Messaging(messages=messages, campaigns=(SALE,), mails=tuple(map(mail, [*sent, IN_DOUBT])))


def mail(message_id: str) -> MailFact:
    """A mail in the mailbox."""
    return MailFact(message_id=message_id, at=NOON)


def end(message: MessageFact, sequence: int = 1, status: Status | None = None) -> EventFact:
    """The event that tells how a message has ended."""
    kind = f"notification.{(status or message.status).lower()}.v1"
    return EventFact(
        id=f"{message.id}-{sequence}",
        type=kind,
        topic="caravan.notifications",
        subject=message.user_id,
        sequence=sequence,
        time=NOON,
        sent=True,
        about=message.id,
    )


def ends_of_messages() -> tuple[EventFact, ...]:
    """All of them."""
    told: list[EventFact] = []
    for message in messaging().messages:
        if message.id == REPLAYED:
            told += [end(message, 1, Status.FAILED), end(message, 2)]
        else:
            told.append(end(message))
    return tuple(told)


def letters_of_failures(ends: Sequence[EventFact]) -> tuple[LetterFact, ...]:
    """The dead letter of each failure."""
    return tuple(_letter(event, number) for number, event in enumerate(ends) if event.type.endswith("failed.v1"))


def versions_of_people(ends: Sequence[EventFact]) -> dict[tuple[str, str], int]:
    """How many ends each person was told of."""
    return {(event.topic, event.subject): event.sequence for event in ends}


def _of_order(name: str) -> MessageFact:
    return MessageFact(
        id=f"m-{name}",
        source_kind=SourceKind.EVENT,
        source_id=f"{name}-2",
        belongs_to=name,
        user_id=f"buyer of {name}",
        channel="EMAIL",
        template="order",
        status=Status.SENT,
        unknown_attempts=int(f"m-{name}" == IN_DOUBT),
        settled_at=NOON,
    )


def _of_campaign(message_id: str) -> MessageFact:
    return MessageFact(
        id=message_id,
        source_kind=SourceKind.CAMPAIGN,
        source_id=SALE.id,
        belongs_to=SALE.id,
        user_id=f"reader of {message_id}",
        channel="EMAIL",
        template="campaign",
        status=CAMPAIGN[message_id],
        unknown_attempts=0,
        settled_at=NOON,
    )


def _letter(event: EventFact, number: int) -> LetterFact:
    return LetterFact(
        consumer=FAILED_NOTICES,
        position=Position(topic=event.topic, partition=0, offset=number),
        found_at=Position(topic=f"{event.topic}.{FAILED_NOTICES}.dlq", partition=0, offset=number),
        event_id=event.id,
        subject=event.subject,
        status="REPLAYED" if event.about == REPLAYED else "PARKED",
    )
