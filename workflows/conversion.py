"""How values become Temporal's payloads and come back: JSON by pydantic, with decoders that are built once a process.

The SDK makes a converter for each workflow run; with one that keeps its own decoders, building them anew was most of
the work of a run. Knows no particular message.
"""

import functools
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
)

from activities.errors import FailuresWithoutTraces

ENCODING: Final = "json/plain"
METADATA: Final = {"encoding": ENCODING.encode()}

decoder: Final = functools.lru_cache(maxsize=1024)(TypeAdapter[Any])
"""The decoder of a type, kept for all that follow. Bounded, should a type ever be made at run time."""


class SharedJson(EncodingPayloadConverter):
    """JSON that other SDKs read as well."""

    @property
    def encoding(self) -> str:
        return ENCODING

    def to_payload(self, value: object) -> Payload:
        return Payload(metadata=METADATA, data=to_json(value))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ANN401 - the SDK's signature
        return decoder(Any if type_hint is None else type_hint).validate_json(payload.data)


class SharedConverter(CompositePayloadConverter):
    """The SDK's converters, with ours in the place of its plain JSON."""

    def __init__(self) -> None:
        defaults = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(SharedJson() if isinstance(one, JSONPlainPayloadConverter) else one for one in defaults))


DATA_CONVERTER: Final = DataConverter(
    payload_converter_class=SharedConverter, failure_converter_class=FailuresWithoutTraces
)
