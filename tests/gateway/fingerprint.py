"""Everything that some objects hold, as one value to compare: so that "nothing happened" needs no list of calls."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

Leaf = str | bytes | int | float | date | Enum | None


def fingerprint(thing: Any) -> Any:  # noqa: ANN401 (anything)
    """Values, collections and the attributes of objects, all the way down; locks, tasks and functions are left out."""
    if isinstance(thing, Leaf):
        return thing
    if is_dataclass(thing):
        return type(thing).__name__, *(fingerprint(getattr(thing, field.name)) for field in fields(thing))
    if isinstance(thing, Mapping):
        return tuple((fingerprint(key), fingerprint(value)) for key, value in thing.items())
    if isinstance(thing, AbstractSet):
        return frozenset(fingerprint(item) for item in thing)
    if isinstance(thing, list | tuple):
        return tuple(fingerprint(item) for item in thing)
    return type(thing).__name__


def held_by(stores: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """What each of these holds, by its name and that of the attribute."""
    return {
        name: {attribute: fingerprint(getattr(store, attribute)) for attribute in attributes_of(store)}
        for name, store in stores.items()
    }


def attributes_of(thing: object) -> list[str]:
    """The names of what an object holds, in a dictionary or in slots."""
    return sorted({*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())})
