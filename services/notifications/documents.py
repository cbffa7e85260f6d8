"""Messages as MongoDB documents and back: the collection's validator and indexes. Sends nothing.

A message's `expires_at` is its term; `settled_at` is when it ended, and after a time the server deletes it by that.
"""

from typing import Any, Final

from services.infra.mongo import WHOLE, Document, Keys
from services.notifications.models import (
    Channel,
    Claim,
    Lane,
    LanePause,
    Message,
    NotificationCategory,
    Reason,
    Source,
    SourceKind,
    Status,
    Template,
    place_of,
)
from services.shared.events import Origin

MESSAGES: Final = "messages"
LANES: Final = "lanes"

SAME: Final = (
    *("user_id", "to", "subject", "facts", "position", "attempts", "unknown_attempts", "detail"),
    *("queued_at", "next_try_at", "expires_at", "settled_at"),
)
"""Fields that a message and its document have alike."""

INDEXES: Final[dict[str, Keys]] = {
    "newest_of_user": [("user_id", 1), ("place", -1)],
    "of_source": [("source_id", 1), ("position", 1)],
}

TEXT: Final[Document] = {"bsonType": "string"}
MAYBE_TEXT: Final[Document] = {"bsonType": ["string", "null"]}
MOMENT: Final[Document] = {"bsonType": "date"}
COUNT: Final[Document] = {**WHOLE, "minimum": 0}
VALIDATOR: Final[Document] = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "place", "source_kind", "source_id", "channel", "template", "category", "status", *SAME],
        "properties": {
            **dict.fromkeys(("_id", "place", "source_id", "user_id", "to", "subject"), TEXT),
            "source_kind": {"enum": [kind.value for kind in SourceKind]},
            "channel": {"enum": [channel.value for channel in Channel]},
            "template": {"enum": [template.value for template in Template]},
            "category": {"enum": [category.value for category in NotificationCategory]},
            "status": {"enum": [status.value for status in Status]},
            "reason": {"enum": [*(reason.value for reason in Reason), None]},
            "facts": {"bsonType": "object"},
            **dict.fromkeys(("position", "attempts", "unknown_attempts"), COUNT),
            "detail": MAYBE_TEXT,
            **dict.fromkeys(("queued_at", "next_try_at", "expires_at"), MOMENT),
            "settled_at": {"bsonType": ["date", "null"]},
        },
    }
}


def message_document(message: Message) -> Document:
    """The whole of it."""
    origin = message.origin
    return {
        "_id": message.id,
        "place": place_of(message),
        "source_kind": message.source.kind.value,
        "source_id": message.source.id,
        "channel": message.channel.value,
        "template": message.template.value,
        "category": message.category.value,
        **{name: getattr(message, name) for name in SAME},
        "status": message.status.value,
        "claim": claim_document(message.claim) if message.claim else None,
        "reason": message.reason.value if message.reason else None,
        "correlation_id": origin.correlation_id,
        "causation_id": origin.causation_id,
        "traceparent": origin.traceparent,
    }


def settled_fields(message: Message) -> Document:
    """What may change of a message when its claim ends; the attempts were counted when it began."""
    return {
        "status": message.status.value,
        "claim": None,
        "reason": message.reason.value if message.reason else None,
        "detail": message.detail,
        "unknown_attempts": message.unknown_attempts,
        "next_try_at": message.next_try_at,
        "settled_at": message.settled_at,
    }


def message_from(document: Document) -> Message:
    """The message back."""
    kept: dict[str, Any] = {name: document[name] for name in SAME}
    claim, reason = document["claim"], document["reason"]
    return Message(
        id=document["_id"],
        source=Source(kind=SourceKind(document["source_kind"]), id=document["source_id"]),
        channel=Channel(document["channel"]),
        template=Template(document["template"]),
        category=NotificationCategory(document["category"]),
        status=Status(document["status"]),
        claim=Claim(**claim) if claim else None,
        reason=Reason(reason) if reason else None,
        origin=Origin(
            correlation_id=document["correlation_id"],
            causation_id=document["causation_id"],
            traceparent=document["traceparent"],
        ),
        **kept,
    )


def claim_document(claim: Claim) -> Document:
    """Who sends it, and how long nobody else may."""
    return {"id": claim.id, "holder": claim.holder, "at": claim.at, "until": claim.until, "begun": claim.begun}


def pause_document(pause: LanePause) -> Document:
    """A lane that is stopped."""
    return {
        "_id": pause.lane.value,
        "detail": pause.detail,
        "since": pause.since,
        "until": pause.until,
        "probes": pause.probes,
    }


def pause_from(document: Document) -> LanePause:
    """The pause back."""
    return LanePause(
        lane=Lane(document["_id"]),
        detail=document["detail"],
        since=document["since"],
        until=document["until"],
        probes=document["probes"],
    )
