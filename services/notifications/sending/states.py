"""The states of a message: what may keep it from being sent, and what it becomes of what happened to it. Pure.

QUEUED -> SENDING (a claim) -> SENT | SKIPPED | FAILED | QUEUED again with a later `next_try_at`; FAILED -> QUEUED when
somebody has it tried again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivered,
    Delivery,
    LaneRefused,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.mails import KIND_OF_TEMPLATE
from services.notifications.models import CampaignWords, Lane, Message, Reason, Recipient, Status
from services.notifications.sending.pauses import LATER, pause_after

UNKNOWN: Final = "nobody knows whether attempt {attempt} was delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long what waits is tried.

    Attributes:
        give_up_after: from its event, or its campaign's start, on.
        probe_after: how long a lane that refused everything rests.
    """

    give_up_after: timedelta
    probe_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, and by how much to vary a pause: 0 to 1, drawn anew for each message."""

    at: datetime
    jitter: float


def obstacle_to(
    message: Message, recipient: Recipient | None, words: CampaignWords | None, now: datetime
) -> tuple[Reason, str] | None:
    """Why it must not be sent now, for a program and for a person; None where nothing is in the way."""
    if words is not None and words.cancelled:
        return Reason.CANCELLED, "the campaign was cancelled"
    if now >= message.expires_at:
        return Reason.EXPIRED, f"it was of no use any more after {message.expires_at:%Y-%m-%d %H:%M} UTC"
    if recipient is None:
        return Reason.UNKNOWN_RECIPIENT, "there is no such user any more"
    if message.category.is_optional and message.category in recipient.declined:
        return Reason.OPTED_OUT, f"the user wants no messages of the category {message.category}"
    if recipient.suppression is not None:
        return Reason.SUPPRESSED, _why_suppressed(recipient)
    return None


def skipped(message: Message, reason: Reason, detail: str, now: datetime) -> Message:
    """Not sent, on purpose."""
    return replace(message, status=Status.SKIPPED, reason=reason, detail=detail, claim=None, settled_at=now)


def failed(message: Message, reason: Reason, detail: str, now: datetime) -> Message:
    """Given up."""
    return replace(message, status=Status.FAILED, reason=reason, detail=detail, claim=None, settled_at=now)


def waiting(message: Message, until: datetime, detail: str | None) -> Message:
    """Not before that moment."""
    return replace(message, status=Status.QUEUED, detail=detail, claim=None, next_try_at=until)


def after(message: Message, delivery: Delivery, terms: Terms, now: Moment) -> Message:
    """What a claimed message becomes of its delivery."""
    match delivery:
        case Delivered():
            return _sent(message, now.at)
        case AddressRefused(detail=detail):
            return skipped(message, Reason.ADDRESS_REFUSED, f"the address was refused: {detail}", now.at)
        case ContentRefused(detail=detail):
            return failed(message, Reason.CONTENT_REFUSED, f"the message was refused: {detail}", now.at)
        case LaneRefused(detail=detail):
            return waiting(message, now.at + terms.probe_after, f"nothing is taken from us: {detail}")
        case OutcomeUnknown(detail=detail):
            return unknown(message, detail, now.at)
        case TryAgain():
            return _again(message, delivery, terms, now)


def unknown(message: Message, why: str, now: datetime) -> Message:
    """A message whose last attempt may have been delivered, or not.

    Critical ones are sent again, by the same Message-ID: better twice than never. The others better never than twice.
    """
    attempt = UNKNOWN.format(attempt=message.attempts)
    counted = replace(message, unknown_attempts=message.unknown_attempts + 1)
    if message.lane is Lane.STANDARD:
        return failed(counted, Reason.OUTCOME_UNKNOWN, f"{attempt} ({why}); it is not sent a second time", now)
    # Once at once. Where the answer is lost every time, each further mail is one more of the same in a mailbox.
    pause = LATER[message.lane].after(message.unknown_attempts, 1) if message.unknown_attempts else timedelta()
    return waiting(counted, now + pause, f"{attempt} ({why}); it is sent again")


def untouched(message: Message, now: datetime) -> Message:
    """A message that was claimed and never begun: as if nobody had claimed it."""
    return waiting(message, now, message.detail)


def requeued(message: Message, now: datetime) -> Message:
    """A message that FAILED, with all of its time before it again."""
    return replace(
        waiting(message, now, "somebody had it tried again"),
        reason=None,
        settled_at=None,
        expires_at=now + KIND_OF_TEMPLATE[message.template].term,
    )


def _sent(message: Message, now: datetime) -> Message:
    """What was unknown of it stays told: its reader may have it twice."""
    detail = None
    if message.unknown_attempts:
        detail = f"the outcome of {message.unknown_attempts} earlier attempts is unknown: it may have come twice"
    return replace(message, status=Status.SENT, reason=None, detail=detail, claim=None, settled_at=now)


def _again(message: Message, delivery: TryAgain, terms: Terms, now: Moment) -> Message:
    until = now.at + max(pause_after(message, delivery, now.jitter), delivery.after or timedelta())
    if until >= _given_up_at(message, terms):
        detail = f"given up after {message.attempts} attempts: {delivery.detail}"
        return failed(message, Reason.GIVEN_UP, detail, now.at)
    return waiting(message, until, delivery.detail)


def _given_up_at(message: Message, terms: Terms) -> datetime:
    return message.expires_at - KIND_OF_TEMPLATE[message.template].term + terms.give_up_after


def _why_suppressed(recipient: Recipient) -> str:
    suppression = recipient.suppression
    assert suppression is not None  # noqa: S101 (asked only then)
    return f"nothing is sent to the address since {suppression.since:%Y-%m-%d}: {suppression.detail}"
