"""The messages of graphql-transport-ws, both ways, and its close codes. Sends and receives nothing."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

PROTOCOL: Final = "graphql-transport-ws"
LONGEST_ID: Final = 100


class Code(IntEnum):
    """Why a socket is closed: the protocol's own numbers, and WebSocket's."""

    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    NO_SUCH_PROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE_SUBSCRIBER = 4409
    TOO_MANY_INITS = 4429
    INTERNAL = 4500


class Closing(Exception):
    """The socket is to be closed."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(BaseModel):
    """What a client may send. Names that the protocol does not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Init(Message):
    """The first message; the payload carries the access token."""

    type: Literal["connection_init"]
    payload: dict[str, Any] | None = None


class Ping(Message):
    """Wants a pong, at any time."""

    type: Literal["ping"]


class Pong(Message):
    """Wants nothing."""

    type: Literal["pong"]


class Wish(Message):
    """What is subscribed to; without a text it is a trusted document, named in the extensions."""

    query: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = Field(default=None, alias="operationName")
    extensions: dict[str, Any] | None = None


class Subscribe(Message):
    """Begins a subscription under an id of the client's choice."""

    type: Literal["subscribe"]
    id: str = Field(min_length=1, max_length=LONGEST_ID)
    payload: Wish


class Complete(Message):
    """Ends a subscription."""

    type: Literal["complete"]
    id: str = Field(min_length=1, max_length=LONGEST_ID)


ClientMessage = Init | Ping | Pong | Subscribe | Complete
READER: Final[TypeAdapter[ClientMessage]] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


def read_message(text: str | None) -> ClientMessage:
    """A client's message; None for a binary one. Raises Closing."""
    try:
        return READER.validate_json(text or "")
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        # A reason has 123 bytes at most, and quotes nothing that was sent.
        raise Closing(Code.BAD_MESSAGE, f"invalid message: {place} {first['type']}"[:100]) from None


def authorization_of(init: Init) -> str | None:
    """The payload's `Authorization`, in any spelling, as an HTTP header's name. Raises Closing."""
    for name, value in (init.payload or {}).items():
        if name.lower() == "authorization" and value is not None:
            if not isinstance(value, str):
                raise Closing(Code.BAD_MESSAGE, "invalid message: payload.Authorization must be a string")
            return value
    return None


ACKNOWLEDGED: Final[Mapping[str, Any]] = {"type": "connection_ack"}
PONG: Final[Mapping[str, Any]] = {"type": "pong"}


def next_message(subscription: str, result: Mapping[str, Any]) -> Mapping[str, Any]:
    """One result."""
    return {"id": subscription, "type": "next", "payload": result}


def error_message(subscription: str, errors: list[dict[str, Any]]) -> Mapping[str, Any]:
    """The subscription could not be begun, and is over."""
    return {"id": subscription, "type": "error", "payload": errors}


def complete_message(subscription: str) -> Mapping[str, Any]:
    """No result follows."""
    return {"id": subscription, "type": "complete"}
