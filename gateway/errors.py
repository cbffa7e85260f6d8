"""The one place that turns failures into GraphQL errors. What it does not know becomes INTERNAL, masked and logged.

CaravanError
|-- Refused       in a mutation: the payload's `errors`; else NOT_FOUND or BAD_USER_INPUT
|   |-- Unauthenticated   UNAUTHENTICATED, in a mutation too
|   `-- Forbidden         FORBIDDEN, in a mutation too
|-- Unavailable   UNAVAILABLE
|   |-- Busy          the same, and nothing was begun
|   `-- NotBegun      likewise: what must know of it first did not answer
`-- EdgeError     said by the gateway itself
    |-- BadInput          BAD_USER_INPUT
    |-- TooComplex        QUERY_TOO_COMPLEX
    `-- RateLimited       RATE_LIMITED
"""

import re
from collections.abc import Sequence
from math import ceil
from typing import Any, ClassVar, Final
from weakref import WeakSet

import structlog
from graphql import GraphQLError, VariableDefinitionNode

from gateway.web.places import place_of_variable
from services.shared.errors import CaravanError, Forbidden, NotFound, Refused, Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

LOGGED: Final[WeakSet[Unavailable]] = WeakSet()

LONGEST_MESSAGE = 500
PLACE = re.compile(r"^Variable '\$[^']+' got invalid value .* at '([^']+)'; ", re.DOTALL)
FIELD = re.compile(r".*; Field '([^']+)' (?:of required type|is not defined by) ", re.DOTALL)


class EdgeError(CaravanError):
    """What the gateway itself says no to; `field` is where in the input, if anywhere."""

    code: ClassVar[str]

    def __init__(self, message: str, field: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.field = field


class BadInput(EdgeError):
    """The request cannot be understood."""

    code = "BAD_USER_INPUT"


class TooComplex(EdgeError):
    """The document asks for more than one request may; `cost` in points where that is why."""

    code = "QUERY_TOO_COMPLEX"

    def __init__(self, message: str, field: tuple[str, ...] | None = None, cost: int | None = None) -> None:
        super().__init__(message, field)
        self.cost = cost


class RateLimited(EdgeError):
    """Too often. `retry_after` is in whole seconds, at least 1: the extension `retryAfter`."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after: float, message: str = "too many requests; come again later") -> None:
        super().__init__(message)
        self.retry_after = max(1, ceil(retry_after))


class Busy(Unavailable):
    """Too much is asked at once. Nothing of it was begun: the same may be sent again."""


class NotBegun(Unavailable):
    """What must answer before anything is done did not. Nothing was begun: the same may be sent again."""


def code_of(error: Exception) -> str:
    """The contract's top-level code for a failure."""
    match error:
        case EdgeError() | Unauthenticated() | Forbidden():
            return error.code
        case NotFound():
            return "NOT_FOUND"
        case Refused():
            return "BAD_USER_INPUT"
        case Unavailable():
            return "UNAVAILABLE"
        case GraphQLError():
            return "BAD_USER_INPUT"
        case _:
            return "INTERNAL"


def format_error(error: GraphQLError, debug: bool = False) -> dict[str, Any]:  # noqa: ARG001, FBT001, FBT002 (ariadne's signature)
    """A GraphQL error as it leaves the gateway."""
    cause = _cause(error)
    body = body_of(cause)
    if error.locations:
        body["locations"] = [place.formatted for place in error.locations]
    if error.path:
        body["path"] = error.path
    return body


def body_of(error: Exception) -> dict[str, Any]:
    """Message and extensions of one failure."""
    code = code_of(error)
    extensions: dict[str, Any] = {"code": code}
    if field := _field_of(error):
        extensions["field"] = list(field)
    if isinstance(error, RateLimited):
        extensions["retryAfter"] = error.retry_after
    return {"message": _message_of(error, code)[:LONGEST_MESSAGE], "extensions": extensions}


def failed(error: Exception) -> dict[str, Any]:
    """A whole answer that is one error."""
    return {"errors": [body_of(error)]}


def _cause(error: GraphQLError) -> Exception:
    """What went wrong underneath; the error itself where the client's document or variables did."""
    inner: Exception = error
    while isinstance(inner, GraphQLError) and inner.original_error is not None:
        if _names_a_variable(inner):
            return inner
        inner = inner.original_error
    if isinstance(inner, GraphQLError) and error.path and not inner.nodes:
        return TypeError(inner.message)
    return inner


def _names_a_variable(error: GraphQLError) -> bool:
    return _variable_of(error) is not None


def _variable_of(error: GraphQLError) -> VariableDefinitionNode | None:
    return next((node for node in error.nodes or () if isinstance(node, VariableDefinitionNode)), None)


def _field_of(error: Exception) -> Sequence[str] | None:
    if isinstance(error, EdgeError):
        return error.field
    if isinstance(error, Refused):
        return error.problems[0].path
    if isinstance(error, GraphQLError):
        if error.extensions and "field" in error.extensions:
            return list(error.extensions["field"])
        if definition := _variable_of(error):
            return _variable_path(error.message, definition)
    return None


def _variable_path(message: str, definition: VariableDefinitionNode) -> list[str]:
    """Down to the field that is missing or unknown: graphql-core names it in its words alone."""
    path = list(place_of_variable(definition))
    if place := PLACE.match(message):
        path += [part for part in re.split(r"[.\[\]]+", place[1]) if part][1:]
    if named := FIELD.match(message):
        path.append(named[1])
    return path


def _message_of(error: Exception, code: str) -> str:
    match error:
        case EdgeError() | Refused():
            return str(error)
        case Busy():
            log.warning("busy", dependency=error.dependency)
            return f"too many {error.dependency} at once; nothing was begun, send the same again in a moment"
        case NotBegun():
            log.warning("not begun", dependency=error.dependency)
            return f"{error.dependency} did not answer, and must before anything is done; nothing was begun"
        case Unavailable():
            _log_once(error)
            return f"{error.dependency} did not answer in time; what was asked for may or may not have happened"
        case GraphQLError():
            inner = error.original_error
            return inner.message if isinstance(inner, GraphQLError) else error.message
        case _:
            log.error("internal error", exc_info=error)
            return "something went wrong on our side" if code == "INTERNAL" else code


def _log_once(error: Unavailable) -> None:
    """One call that failed is the failure of every field that waited for it."""
    if error not in LOGGED:
        LOGGED.add(error)
        log.warning("unavailable", dependency=error.dependency, reason=str(error)[:LONGEST_MESSAGE])
