"""How a context's face travels: each operation's arguments and result to JSON and back. Knows no HTTP library.

Who asks (a parameter of type `Actor`) is no part of the JSON, since a body can claim anything: the token travels.
All adapters are built once, when the face is; a call then costs one pass over the bytes each way.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model

from services.shared.actors import Actor
from services.shared.errors import Problem
from services.shared.safety import is_safe
from services.shared.traces import TRACEPARENT

TOKEN_HEADER = "X-Caravan-Token"  # noqa: S105 (a header's name)
REQUEST_ID = "x-request-id"
CARRIED = {"request_id": REQUEST_ID, TRACEPARENT: TRACEPARENT}
"""What is known of a request in the log's context, and the header that carries it to the next process."""


class Arguments(BaseModel):
    """The arguments of one operation; one subclass an operation, made from its signature."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalBody:
    """The body of a 422."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnavailableBody:
    """The body of a 503: a role, never a host."""

    dependency: str


REFUSAL = TypeAdapter(RefusalBody)
UNAVAILABLE = TypeAdapter(UnavailableBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorPlace:
    """The parameter that says who asks; `optional` where an anonymous caller may ask too."""

    parameter: str
    optional: bool


class Operation:
    """One method of a face.

    Attributes:
        safe: it only reads.
        asks_as: its parameter of type Actor; None where it does not matter who asks.
    """

    def __init__(self, name: str, method: Any) -> None:  # noqa: ANN401 (any function)
        hints = get_type_hints(method)
        self.name = name
        self.safe = is_safe(method)
        self._result: TypeAdapter[Any] = TypeAdapter(hints.pop("return"))
        self.asks_as = _taken_from(hints)
        fields: dict[str, Any] = {argument: (hint, ...) for argument, hint in hints.items()}
        self._arguments = create_model(f"{name}_arguments", __base__=Arguments, **fields)

    def encode_arguments(self, arguments: Mapping[str, object]) -> bytes:
        """The body of a call. The types are the caller's own, checked by mypy: not checked again."""
        return self._arguments.__pydantic_serializer__.to_json(self._arguments.model_construct(None, **arguments))

    def decode_arguments(self, body: bytes) -> dict[str, Any]:
        """The arguments by name. Raises pydantic's ValidationError."""
        return dict(self._arguments.__pydantic_validator__.validate_json(body).__dict__)

    def encode_result(self, result: object) -> bytes:
        """The body of an answer."""
        return self._result.dump_json(result)

    def decode_result(self, body: bytes) -> Any:  # noqa: ANN401 (the method's return type)
        """The result. Raises pydantic's ValidationError."""
        return self._result.validate_json(body)


def _taken_from(hints: dict[str, Any]) -> ActorPlace | None:
    """Takes the parameter that says who asks out of the hints. Raises TypeError when there are two."""
    places = [ActorPlace(parameter=name, optional=hint != Actor) for name, hint in hints.items() if _is_actor(hint)]
    if len(places) > 1:
        raise TypeError("an operation is asked for by one actor")
    for place in places:
        del hints[place.parameter]
    return places[0] if places else None


def _is_actor(hint: object) -> bool:
    return hint in (Actor, Actor | None)


def operations_of(protocol: type) -> dict[str, Operation]:
    """The public async methods of a face, by name."""
    return {
        name: Operation(name, method)
        for name, method in inspect.getmembers(protocol, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
