"""A dead letter as a record: the original untouched, with why; of one that no topic takes, its place alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.infra.consuming.work import Received
from services.infra.kafka.records import OURS
from services.shared.dead_letters import DeadLetterHeader
from services.shared.replays import Failure, RawRecord

LONGEST_KEPT: Final = 1024
"""Bytes of the key, and of each of our headers, in a letter without its content."""

Headers = list[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A record that a consumer gives up."""

    received: Received
    consumer: str
    failure: Failure
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRecord:
    """What is written."""

    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: Headers = field(repr=False)


def whole(letter: Letter) -> LetterRecord:
    """Key and value as they are; all of the original's headers, then ours, each once."""
    record = letter.received.record
    return LetterRecord(key=record.key, value=record.value, headers=[*record.headers, *_about(letter)])


def without_content(letter: Letter) -> LetterRecord:
    """What it was, where it is and how large; the record itself stays in its topic as long as that keeps records."""
    record = letter.received.record
    original = {name: value for name, value in record.headers if name in OURS and _is_short(value)}
    size = (DeadLetterHeader.ORIGINAL_SIZE.value, str(_size(record)).encode())
    return LetterRecord(
        key=record.key if _is_short(record.key) else None,
        value=None,
        headers=[*original.items(), *_about(letter), size],
    )


def _about(letter: Letter) -> Headers:
    received, failure = letter.received, letter.failure
    ours: dict[DeadLetterHeader, str] = {
        DeadLetterHeader.ORIGINAL_TOPIC: received.record.topic,
        DeadLetterHeader.ORIGINAL_PARTITION: str(received.partition),
        DeadLetterHeader.ORIGINAL_OFFSET: str(received.offset),
        DeadLetterHeader.ORIGINAL_TIMESTAMP: str(received.timestamp),
        DeadLetterHeader.CONSUMER: letter.consumer,
        DeadLetterHeader.EXCEPTION_CLASS: failure.exception_class,
        DeadLetterHeader.EXCEPTION_MESSAGE: failure.message,
        DeadLetterHeader.ATTEMPTS: str(letter.attempts),
        DeadLetterHeader.FIRST_FAILED_AT: _text(letter.first_failed_at),
        DeadLetterHeader.LAST_FAILED_AT: _text(letter.last_failed_at),
        DeadLetterHeader.DISPOSITION: failure.disposition,
    }
    return [(name.value, text.encode()) for name, text in ours.items()]


def _is_short(value: bytes | None) -> bool:
    return value is None or len(value) <= LONGEST_KEPT


def _size(record: RawRecord) -> int:
    headers: Sequence[tuple[str, bytes | None]] = record.headers
    return (
        len(record.key or b"")
        + len(record.value or b"")
        + sum(len(name) + len(value or b"") for name, value in headers)
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
