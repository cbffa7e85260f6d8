"""Events on their way out: the bytes of their records, and which of them can never be one. Sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import PydanticSerializationError, from_json, to_json

from services.infra.kafka.records import record_headers
from services.shared.events import Event

MOST_BYTES: Final = 1024 * 1024
"""Of one record: what a broker takes where nobody has set another limit."""

BESIDE: Final = 1024
"""Bytes that the record's own frame may take beside key, value and headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One event's record, ready to be sent."""

    event_id: str
    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class _UnsendableError(Exception):
    """It can never be a record; the text says why, and quotes nothing of it."""


def outgoing_of(events: Sequence[Event], source: str) -> tuple[list[Outgoing], dict[str, str]]:
    """The records in the order of the events, and why others have none, by the event's id."""
    records, never = [], {}
    for event in events:
        try:
            records.append(_outgoing(event, source))
        except _UnsendableError as failure:
            never[event.id] = str(failure)
    return records, never


def _outgoing(event: Event, source: str) -> Outgoing:
    try:
        topic = event.topic
    except KeyError:
        raise _UnsendableError("there is no topic for its type") from None
    value = _json(event)
    headers = record_headers(event, source)
    size = len(value) + len(event.subject) + sum(len(name) + len(held) for name, held in headers) + BESIDE
    if size > MOST_BYTES:
        raise _UnsendableError(f"it is too large: {size} bytes, and {MOST_BYTES} are taken")
    return Outgoing(event_id=event.id, topic=topic, key=event.subject.encode(), value=value, headers=headers)


def _json(event: Event) -> bytes:
    try:
        value = to_json(event.data)
        if b"NaN" in value or b"Infinity" in value:
            # Written where a number is none, which JSON has no word for; or a text that has that word in it.
            from_json(value, allow_inf_nan=False)
    except (PydanticSerializationError, ValueError):
        raise _UnsendableError("its data is no JSON") from None
    return value
