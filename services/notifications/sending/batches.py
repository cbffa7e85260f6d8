"""How a batch went, added up chunk by chunk. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.notifications.models import FINAL, BatchResult, Message, Status


def is_left_behind(message: Message, now: datetime) -> bool:
    """Whether the process that was sending it does so no more."""
    return message.claim is not None and message.claim.until <= now


def is_due(message: Message, now: datetime) -> bool:
    """Whether it may be claimed."""
    return message.status is Status.QUEUED and message.next_try_at <= now


def is_live(message: Message, now: datetime) -> bool:
    """Whether it is due, and still of use."""
    return is_due(message, now) and now < message.expires_at


def due_at(message: Message) -> datetime | None:
    """When somebody may look at it again; None for one that has ended."""
    if message.status in FINAL:
        return None
    return message.claim.until if message.claim else message.next_try_at


def with_ended(result: BatchResult, ended: Sequence[Message]) -> BatchResult:
    """With those that came to an end."""
    statuses = [message.status for message in ended]
    return replace(
        result,
        sent=result.sent + statuses.count(Status.SENT),
        skipped=result.skipped + statuses.count(Status.SKIPPED),
        failed=result.failed + statuses.count(Status.FAILED),
    )


def with_waiting(result: BatchResult, messages: Sequence[Message]) -> BatchResult:
    """With those of the messages that wait, as they are."""
    moments = [moment for moment in map(due_at, messages) if moment is not None]
    known = [result.next_try_at] if result.next_try_at else []
    return replace(result, waiting=result.waiting + len(moments), next_try_at=min([*known, *moments], default=None))
