"""Events as documents of an outbox, and back. Reads and writes none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any, Final

from services.shared.events import Event, Origin

Aggregate = tuple[str, str]
"""What a thing is (`order`, `stock`) and which one."""


KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "_id": str,
    "type": str,
    "subject": str,
    "sequence": int,
    "time": datetime,
    "data": Mapping,
    "correlation_id": str,
    "causation_id": str,
    "traceparent": (str, NoneType),
}
"""What an event has, and what each of it is: one that is otherwise would stop the relay, and all that follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A document of an outbox. `event` is None where it is none."""

    id: str
    event: Event | None


def aggregate_of(event: Event) -> Aggregate:
    """Whose event it is: these keep their order."""
    return event.type.partition(".")[0], event.subject


def document_of(event: Event) -> dict[str, Any]:
    """The event as it waits to be sent."""
    return {
        "_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "sequence": event.sequence,
        "time": event.time,
        "data": dict(event.data),
        "correlation_id": event.origin.correlation_id,
        "causation_id": event.origin.causation_id,
        "traceparent": event.origin.traceparent,
        "sent": False,
    }


def row_of(document: Mapping[str, Any]) -> Row:
    """What the document holds."""
    is_event = all(name in document and isinstance(document[name], kind) for name, kind in KINDS.items())
    return Row(id=document["_id"], event=_event(document) if is_event else None)


def _event(document: Mapping[str, Any]) -> Event:
    origin = Origin(
        correlation_id=document["correlation_id"],
        causation_id=document["causation_id"],
        traceparent=document["traceparent"],
    )
    return Event(
        id=document["_id"],
        type=document["type"],
        subject=document["subject"],
        sequence=document["sequence"],
        time=document["time"],
        data=document["data"],
        origin=origin,
    )
