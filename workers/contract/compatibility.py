"""What may become of a published schema: it gains optional fields, nothing else. Judges; writes nothing.

Who reads by the old schema must understand what is told from now on, and who reads by the new one what was told
before: events stay in Kafka for days, in dead letters for weeks. So nothing is narrowed, widened or dropped.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SAID_ONLY: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})
"""Words of a schema that forbid nothing."""

Schema = Mapping[str, Any]


def breaks(published: Schema, current: Schema) -> list[str]:
    """What of the current schema breaks the promise of the published one, each as a line for a person."""
    return list(_breaks("data", _resolved(published, published), _resolved(current, current)))


def _resolved(schema: Any, root: Schema) -> Any:  # noqa: ANN401 - any JSON value
    """With every `$ref` replaced by what it points to, and without what is said only."""
    if isinstance(schema, list):
        return [_resolved(each, root) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rpartition("/")[2]]
        schema = {**target, **{word: value for word, value in schema.items() if word != "$ref"}}
    if "properties" in schema:
        fields = {name: _resolved(field, root) for name, field in schema["properties"].items()}
        schema = {word: value for word, value in schema.items() if word != "properties"}
        return {**_resolved(schema, root), "properties": fields}
    return {word: _resolved(value, root) for word, value in schema.items() if word not in SAID_ONLY}


def _breaks(place: str, published: Schema, current: Schema) -> Iterator[str]:
    then, now = published.get("properties", {}), current.get("properties", {})
    for name, field in then.items():
        if name in now:
            yield from _breaks(f"{place}.{name}", field, now[name])
        else:
            yield f"{place}.{name} is gone"
    must_then, must_now = set(published.get("required", ())), set(current.get("required", ()))
    yield from (f"{place}.{name} is required now" for name in sorted(must_now - must_then))
    yield from (f"{place}.{name} is optional now" for name in sorted(must_then - must_now) if name in now)
    if "items" in published and "items" in current:
        yield from _breaks(f"{place}[]", published["items"], current["items"])
    for word in sorted({*published, *current} - {"properties", "required", "items"}):
        if published.get(word) != current.get(word):
            yield f"{place}: {word} was {published.get(word)!r} and is {current.get(word)!r}"
    if ("items" in published) != ("items" in current):
        yield f"{place}: other items"
