"""Reads the records of dead letter topics: each is a letter, however odd it is. Refuses nothing, keeps nothing."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from services.deadletters.models import DeadLetter, StoredLetter
from services.deadletters.texts import fingerprint_of, shortened, text_of
from services.shared.clock import to_milliseconds
from services.shared.dead_letters import SUFFIX, DeadLetterHeader, FoundRecord
from services.shared.ids import derived_id
from services.shared.replays import Disposition, RawRecord

LONGEST_NAME: Final = 250
LONGEST_MESSAGE: Final = 2000
"""Characters; a topic's name has at most 249."""

MOST_HEADERS: Final = 10_000
"""Of a record, that are kept: a database takes no document with half a million, and a record has room for so many."""

FRAME: Final = 40
ESCAPED: Final = 6
"""Bytes that a header takes beside its name and value, and that one of a name can take, where it is written as JSON."""

UNKNOWN_ERROR: Final = "unknown"
NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
OURS: Final = frozenset(DeadLetterHeader)

Headers = Sequence[tuple[str, bytes | None]]


def letter_of(found: FoundRecord, place: str, now: datetime) -> StoredLetter:
    """The letter that the record carries; what it does not say is told from where and when it was found."""
    about = {name: _text(value) for name, value in found.headers if value is not None}
    topic, consumer = _home(found, about)
    record = RawRecord(topic=topic, key=found.key, value=found.value, headers=_original(found.headers)[:MOST_HEADERS])
    found_at = to_milliseconds(found.timestamp or now)
    last = _moment(about.get(DeadLetterHeader.LAST_FAILED_AT)) or found_at
    error_type = shortened(about.get(DeadLetterHeader.EXCEPTION_CLASS) or UNKNOWN_ERROR, LONGEST_NAME)
    message = shortened(about.get(DeadLetterHeader.EXCEPTION_MESSAGE, ""), LONGEST_MESSAGE)
    letter = DeadLetter(
        id=_id(found, about),
        place=place,
        topic=topic,
        partition=_number(about.get(DeadLetterHeader.ORIGINAL_PARTITION), found.position.partition),
        offset=_number(about.get(DeadLetterHeader.ORIGINAL_OFFSET), found.position.offset),
        found_at=found.position,
        key=None if found.key is None else shortened(text_of(found.key), LONGEST_NAME),
        consumer=consumer,
        event_id=_name(about, "ce_id"),
        event_type=_name(about, "ce_type"),
        subject=_name(about, "ce_subject"),
        correlation_id=_name(about, "ce_correlationid"),
        error_type=error_type,
        error_message=message,
        fingerprint=fingerprint_of(error_type, message),
        disposition=_disposition(about.get(DeadLetterHeader.DISPOSITION)),
        attempts=_number(about.get(DeadLetterHeader.ATTEMPTS), 1),
        first_failed_at=_moment(about.get(DeadLetterHeader.FIRST_FAILED_AT)) or last,
        last_failed_at=last,
        # What only says how large it was is no smaller for that: it cannot be replayed.
        size=max(_size(record), _number(about.get(DeadLetterHeader.ORIGINAL_SIZE), 0)),
    )
    return StoredLetter(letter=letter, record=record)


def _home(found: FoundRecord, about: dict[str, str]) -> tuple[str, str]:
    """The topic that was read, and who read it: as the headers say, else as the dead letter topic is called."""
    topic, _, consumer = found.position.topic.removesuffix(SUFFIX).rpartition(".")
    return (
        shortened(about.get(DeadLetterHeader.ORIGINAL_TOPIC) or topic, LONGEST_NAME),
        shortened(about.get(DeadLetterHeader.CONSUMER) or consumer, LONGEST_NAME),
    )


def _id(found: FoundRecord, about: dict[str, str]) -> str:
    """The same for each dead letter of the same record: a consumer that was killed may have written it twice.

    The time of the record and the event tell it from one at the same offset of a topic that was made anew.
    """
    said = [
        about.get(name)
        for name in (
            DeadLetterHeader.CONSUMER,
            DeadLetterHeader.ORIGINAL_TOPIC,
            DeadLetterHeader.ORIGINAL_PARTITION,
            DeadLetterHeader.ORIGINAL_OFFSET,
        )
    ]
    where = [part for part in said if part is not None]
    if len(where) < len(said):
        at = found.position
        return derived_id("found", at.topic, str(at.partition), str(at.offset), str(found.timestamp))
    return derived_id(*where, about.get(DeadLetterHeader.ORIGINAL_TIMESTAMP, ""), about.get("ce_id", ""))


def _original(headers: Headers) -> tuple[tuple[str, bytes | None], ...]:
    """Without those that made it a dead letter, which are the last of their names."""
    left, missing = [], set(OURS)
    for name, value in reversed(headers):
        if name in missing:
            missing.discard(DeadLetterHeader(name))
        else:
            left.append((name, value))
    return tuple(reversed(left))


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _name(about: dict[str, str], header: str) -> str | None:
    value = about.get(header)
    return shortened(value, LONGEST_NAME) if value else None


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and NUMBER.fullmatch(text) else otherwise


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return to_milliseconds(moment.astimezone(UTC)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        # It is none, or in UTC none of the years that there are.
        return None


def _disposition(text: str | None) -> Disposition | None:
    return Disposition(text) if text in set(Disposition) else None


def _size(record: RawRecord) -> int:
    headers = sum(FRAME + ESCAPED * len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers
