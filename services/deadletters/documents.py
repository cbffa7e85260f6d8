"""Letters as MongoDB documents and back: the collection's validator and indexes. Sends nothing."""

from typing import Any, Final

from services.deadletters.models import (
    DeadLetter,
    LetterFilter,
    LetterStatus,
    Replay,
    StoredLetter,
)
from services.infra.mongo import WHOLE, Document, Keys
from services.shared.dead_letters import Position
from services.shared.replays import Disposition, RawRecord, Verdict

COLLECTION: Final = "letters"
CONTENT: Final = ("record_key", "record_value", "record_headers")
"""What a list does not read."""

FILTERED: Final = ("topic", "consumer", "event_type", "error_type", "fingerprint")
"""What letters can be found by, beside their status."""

SAME: Final = (
    *("place", "topic", "partition", "offset", "key", "consumer", "event_id", "event_type", "subject"),
    *("correlation_id", "error_type", "error_message", "fingerprint", "attempts", "first_failed_at", "last_failed_at"),
    *("size", "replays", "note", "handled_at", "revision"),
)
"""Fields that a letter and its document have alike."""

INDEXES: Final[dict[str, Keys]] = {
    "newest": [("place", -1)],
    "of_status": [("status", 1), ("place", -1)],
    **{f"of_{name}": [(name, 1), ("status", 1), ("place", -1)] for name in FILTERED},
}

TEXT: Final[Document] = {"bsonType": "string"}
MAYBE_TEXT: Final[Document] = {"bsonType": ["string", "null"]}
MOMENT: Final[Document] = {"bsonType": "date"}
BYTES: Final[Document] = {"bsonType": ["binData", "null"]}
VALIDATOR: Final[Document] = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["place", "topic", "consumer", "status", "revision", "replays", "record_headers"],
        "properties": {
            **dict.fromkeys(("place", "topic", "consumer", "error_type", "error_message", "fingerprint"), TEXT),
            **dict.fromkeys(("key", "event_id", "event_type", "subject", "correlation_id", "note"), MAYBE_TEXT),
            **dict.fromkeys(("partition", "offset", "attempts", "replays", "revision", "size"), WHOLE),
            **dict.fromkeys(("first_failed_at", "last_failed_at"), MOMENT),
            **dict.fromkeys(("record_key", "record_value"), BYTES),
            "handled_at": {"bsonType": ["date", "null"]},
            "status": {"enum": [status.value for status in LetterStatus]},
            "disposition": {"enum": [*(disposition.value for disposition in Disposition), None]},
            "record_headers": {"bsonType": "array"},
            "history": {"bsonType": "array"},
        },
    }
}


def filter_of(wanted: LetterFilter) -> Document:
    """The query. It always names the status, which every index but one goes through."""
    statuses = [wanted.status] if wanted.status else list(LetterStatus)
    found: Document = {"status": {"$in": [status.value for status in statuses]}}
    return found | {name: value for name in FILTERED if (value := getattr(wanted, name)) is not None}


def changing_fields(letter: DeadLetter) -> Document:
    """What may change of a letter."""
    return {
        "status": letter.status.value,
        "replays": letter.replays,
        "history": [_replay_document(replay) for replay in letter.history],
        "note": letter.note,
        "handled_at": letter.handled_at,
        "error_type": letter.error_type,
        "error_message": letter.error_message,
        "fingerprint": letter.fingerprint,
        "last_failed_at": letter.last_failed_at,
        "revision": letter.revision,
    }


def letter_document(stored: StoredLetter) -> Document:
    """The whole of it."""
    letter, record = stored.letter, stored.record
    at = letter.found_at
    return {
        "_id": letter.id,
        "place": letter.place,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "found_at": {"topic": at.topic, "partition": at.partition, "offset": at.offset},
        "key": letter.key,
        "consumer": letter.consumer,
        "event_id": letter.event_id,
        "event_type": letter.event_type,
        "subject": letter.subject,
        "correlation_id": letter.correlation_id,
        "disposition": letter.disposition.value if letter.disposition else None,
        "attempts": letter.attempts,
        "first_failed_at": letter.first_failed_at,
        "size": letter.size,
        "record_key": record.key,
        "record_value": record.value,
        "record_headers": [{"name": name, "value": value} for name, value in record.headers],
        **changing_fields(letter),
    }


def letter_from(document: Document) -> DeadLetter:
    """The letter back."""
    kept: dict[str, Any] = {name: document[name] for name in SAME}
    disposition = document["disposition"]
    return DeadLetter(
        id=document["_id"],
        found_at=Position(**document["found_at"]),
        disposition=Disposition(disposition) if disposition else None,
        status=LetterStatus(document["status"]),
        history=tuple(_replay(replay) for replay in document["history"]),
        **kept,
    )


def stored_from(document: Document) -> StoredLetter:
    """The letter and its record back."""
    record = RawRecord(
        topic=document["topic"],
        key=document["record_key"],
        value=document["record_value"],
        headers=tuple((header["name"], header["value"]) for header in document["record_headers"]),
    )
    return StoredLetter(letter=letter_from(document), record=record)


def _replay_document(replay: Replay) -> Document:
    return {
        "redrive_id": replay.redrive_id,
        "actor_id": replay.actor_id,
        "at": replay.at,
        "verdict": replay.verdict.value,
        "detail": replay.detail,
        "reason": replay.reason,
    }


def _replay(document: Document) -> Replay:
    return Replay(**{**document, "verdict": Verdict(document["verdict"])})
