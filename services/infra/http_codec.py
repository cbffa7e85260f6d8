"""How a context's face travels: each operation's arguments and result to JSON and back. Knows no HTTP library.

All adapters are built once, when the face is; a call then costs one pass over the bytes each way.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model

from services.shared.errors import Problem

TOKEN_HEADER = "X-Caravan-Token"  # noqa: S105 (a header's name)
CARRIED = {"request_id": "x-request-id", "traceparent": "traceparent"}
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


class Operation:
    """One method of a face."""

    def __init__(self, name: str, method: Any) -> None:  # noqa: ANN401 (any function)
        hints = get_type_hints(method)
        self.name = name
        self._result: TypeAdapter[Any] = TypeAdapter(hints.pop("return"))
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


def operations_of(protocol: type) -> dict[str, Operation]:
    """The public async methods of a face, by name."""
    return {
        name: Operation(name, method)
        for name, method in inspect.getmembers(protocol, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
