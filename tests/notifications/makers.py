"""Messages to test with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifications.models import (
    Channel,
    Claim,
    Message,
    NotificationCategory,
    Reason,
    Recipient,
    Source,
    SourceKind,
    Status,
    Template,
    message_id_of,
)
from services.shared.events import Origin

MOMENT = datetime(2026, 11, 22, 21, 4, 5, 123000, tzinfo=UTC)
ORIGIN = Origin(correlation_id="o1", causation_id="e1", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
LEASE = timedelta(seconds=15)
FACTS: Mapping[str, Any] = {
    "orderId": "o1",
    "customerId": "u1",
    "status": "CONFIRMED",
    "lines": [
        {"sku": "SHOE-1", "name": "Trail Shoe", "quantity": 2, "unitPrice": {"amount": "89.99", "currency": "EUR"}}
    ],
    "total": {"amount": "179.98", "currency": "EUR"},
    "placedAt": "2026-11-22T21:04:05.123Z",
}


def a_message(
    source_id: str = "e1",
    user: str = "u1",
    *,
    template: Template = Template.ORDER_CONFIRMED,
    category: NotificationCategory = NotificationCategory.TRANSACTIONAL,
    facts: Mapping[str, Any] = FACTS,
    queued: timedelta = timedelta(),
) -> Message:
    """A QUEUED message of an event, queued `queued` after MOMENT, due at once, with a term of a week."""
    source = Source(kind=SourceKind.EVENT, id=source_id)
    return Message(
        id=message_id_of(source, user, Channel.EMAIL),
        source=source,
        user_id=user,
        channel=Channel.EMAIL,
        template=template,
        category=category,
        to=f"{user}@example.org",
        subject="Your order is confirmed",
        facts=facts,
        position=0,
        origin=ORIGIN,
        status=Status.QUEUED,
        attempts=0,
        unknown_attempts=0,
        claim=None,
        reason=None,
        detail=None,
        queued_at=MOMENT + queued,
        next_try_at=MOMENT + queued,
        expires_at=MOMENT + queued + timedelta(days=7),
        settled_at=None,
    )


def a_campaign_message(position: int = 0, *, campaign: str = "c1", user: str | None = None) -> Message:
    """The message of a campaign with this position, to the user `u<position>` unless said otherwise."""
    source = Source(kind=SourceKind.CAMPAIGN, id=campaign)
    user = user or f"u{position}"
    return replace(
        a_message(campaign, user, template=Template.CAMPAIGN, category=NotificationCategory.PROMOTIONAL, facts={}),
        id=message_id_of(source, user, Channel.EMAIL),
        source=source,
        position=position,
        origin=Origin(correlation_id=campaign, causation_id=campaign),
    )


def a_claim(claim_id: str = "claim-1", *, at: datetime = MOMENT, lease: timedelta = LEASE) -> Claim:
    return Claim(id=claim_id, holder="process-1", at=at, until=at + lease)


def a_recipient(user: str = "u1") -> Recipient:
    """Somebody whose contact is known, who declined nothing."""
    return Recipient(user_id=user, address=f"{user}@example.org", name="Mia Berg")


def settled(message: Message, status: Status, reason: Reason | None = None) -> Message:
    """The message in a final state."""
    detail = f"it was {status}" if reason else None
    return replace(message, status=status, reason=reason, detail=detail, claim=None, settled_at=MOMENT)
