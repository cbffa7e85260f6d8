"""The headers of records as JSON Schema: all of them are text on the wire. Made from what the consumers read by."""

from typing import Any, Final

from services.infra.kafka.records import Envelope
from services.shared.dead_letters import ALWAYS, DeadLetterHeader
from services.shared.replays import Disposition

OF_TEXT: Final = ("description", "pattern", "format", "minLength", "maxLength")
"""Words of a schema that are true of a text, too."""

WHOLE_NUMBER: Final = "^(0|[1-9][0-9]*)$"
OPTIONAL: Final = frozenset({"ce_traceparent"})
"""Left out where there is no trace; the reader is more patient than the contract, and asks for less."""


def event_headers() -> dict[str, Any]:
    """Those of every event."""
    read = Envelope.model_json_schema(by_alias=True)["properties"]
    fields = {name: _as_text(field) for name, field in read.items()}
    return {
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in OPTIONAL],
    }


def _as_text(field: dict[str, Any]) -> dict[str, Any]:
    number = {"pattern": "^[1-9][0-9]*$"} if field.get("type") == "integer" else {}
    return {"type": "string", **{word: field[word] for word in OF_TEXT if word in field}, **number}


def letter_headers() -> dict[str, Any]:
    """Those that a dead letter has beside its original's."""
    text: dict[str, Any] = {"type": "string"}
    number = {**text, "pattern": WHOLE_NUMBER}
    moment = {**text, "format": "date-time"}
    more = {
        DeadLetterHeader.ORIGINAL_PARTITION: number,
        DeadLetterHeader.ORIGINAL_OFFSET: number,
        DeadLetterHeader.ORIGINAL_TIMESTAMP: {**text, "description": "Kafka's, in milliseconds since 1970"},
        DeadLetterHeader.ATTEMPTS: number,
        DeadLetterHeader.FIRST_FAILED_AT: moment,
        DeadLetterHeader.LAST_FAILED_AT: moment,
        DeadLetterHeader.DISPOSITION: {**text, "enum": [each.value for each in Disposition]},
        DeadLetterHeader.ORIGINAL_SIZE: {
            **number,
            "description": "of the original, in bytes, where it is too large for this topic: the letter has no value",
        },
    }
    return {
        "type": "object",
        "properties": {each.value: more.get(each, text) for each in DeadLetterHeader},
        "required": [each.value for each in ALWAYS],
    }
