"""The types of events that there are, each in one version or more: what is not among them is not of this shop. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.shared.errors import Invalid, Problem
from services.shared.events import EVENT_TOPICS, Event

LONGEST_NAME: Final = 100
"""Characters of a type that an error repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One type in one version.

    Attributes:
        name: as `ce_type` says it, e.g. `order.placed.v1`.
        data: the typed dictionary of its data; its docstring is what the schema says of it.
        told: when it is told, a sentence.
    """

    name: str
    data: type[object]
    told: str

    @property
    def topic(self) -> str:
        return EVENT_TOPICS[self.name.partition(".")[0]]

    @property
    def unversioned(self) -> str:
        """The name without its version: `order.placed`."""
        return self.name.rpartition(".")[0]


@lru_cache(maxsize=256)
def reader(known: EventType) -> TypeAdapter[Any]:
    """What reads data of the type. Fields that it does not know are passed over: a newer schema may have some."""
    return TypeAdapter(known.data)


class KnownTypes:
    """All types of events, for whoever consumes them."""

    def __init__(self, types: Iterable[EventType]) -> None:
        self._types = {each.name: each for each in types}
        self._unversioned = {each.unversioned for each in self._types.values()}

    def __iter__(self) -> Iterator[EventType]:
        return iter(self._types.values())

    def __contains__(self, name: str) -> bool:
        return name in self._types

    def check(self, event: Event, topic: str) -> None:
        """Passes what a consumer of the topic may act on.

        Raises:
            Invalid: at `type`: an unknown type, an unknown version, or one that belongs to another topic; at `data`:
                the data is not what the type promises. Its text repeats nothing of the data.
        """
        known = self._types.get(event.type)
        if known is None:
            unknown = "version" if event.type.rpartition(".")[0] in self._unversioned else "type"
            raise Invalid(f"unknown {unknown} of event: {event.type[:LONGEST_NAME]}", ("type",))
        if known.topic != topic:
            raise Invalid(f"{known.name} does not belong to this topic", ("type",))
        try:
            reader(known).validate_python(dict(event.data), strict=True)
        except ValidationError as failure:
            raise Invalid.of(_problems(known, failure)) from None


def _problems(known: EventType, failure: ValidationError) -> tuple[Problem, ...]:
    errors = failure.errors(include_url=False, include_input=False, include_context=False)
    return tuple(
        Problem(
            code=Invalid.code,
            message=f"not the data of {known.name}: {error['type']}",
            path=("data", *map(str, error["loc"])),
        )
        for error in errors
    )
