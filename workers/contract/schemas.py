"""JSON Schemas of the data of events, one a type and version, made from its typed dictionary. Writes no file."""

from typing import Any, Final

from pydantic import TypeAdapter

from services.shared.schemas.known import EventType

Schema = dict[str, Any]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""The one that AsyncAPI speaks, and that every validator knows."""


def schema_of(known: EventType) -> Schema:
    """What its data looks like, complete in itself. Fields beyond these may come, and are to be passed over."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:caravan:event:{known.name}",
        "title": known.name,
        **_untitled(TypeAdapter(known.data).json_schema()),
    }


def _untitled(part: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Without the titles that pydantic adds: they repeat the names of fields, and tell those of our classes."""
    if isinstance(part, list):
        return [_untitled(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {word: _untitled(value) for word, value in part.items() if word != "title" or not isinstance(value, str)}
