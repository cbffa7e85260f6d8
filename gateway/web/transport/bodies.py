"""Reads a request's JSON: bounded in size, in time and in nesting, and meaning one thing only. Judges no content."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from math import isfinite
from typing import Any, NoReturn

from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from services.infra.settings import LimitsSettings

JSON_TYPE = "application/json"
MOST_DIGITS = 40
MOST_DROPPED = 32 * 1024 * 1024
DROPPED_WITHIN = 5.0
"""Bytes and seconds that are read of a body which is refused, so that its sender hears why."""


class Rejected(Exception):
    """The request is not even GraphQL. `allow` are the methods that would have been right, where that is why."""

    def __init__(self, status: HTTPStatus, message: str, allow: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.allow = allow


async def read_body(request: Request, limits: LimitsSettings) -> bytes:
    """The body, said to be JSON. Raises Rejected, and ClientDisconnect when the client has gone."""
    chunks = request.stream()
    if media_type_of(request) != JSON_TYPE:
        await _drop(chunks)
        raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {JSON_TYPE}")
    try:
        async with asyncio.timeout(limits.body_within):
            body = await _bounded(chunks, limits.body)
    except TimeoutError:
        raise Rejected(HTTPStatus.REQUEST_TIMEOUT, f"the body must arrive within {limits.body_within:g} s") from None
    if body is None:
        await _drop(chunks)
        raise Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have {limits.body} bytes")
    return body


def media_type_of(request: Request) -> str:
    """The content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def strict_json(text: bytes, deepest: int) -> Any:  # noqa: ANN401 (JSON)
    """The value of a JSON text. Raises Rejected for what two readers could understand differently, and for depth."""
    try:
        value = from_json(text, allow_inf_nan=False)
        # The fast parser keeps the last of two equal keys and makes infinity of 1e400; this one tells.
        json.loads(text, object_pairs_hook=_without_repeats, parse_float=_finite, parse_int=_short)
    except (ValueError, RecursionError):
        raise Rejected(HTTPStatus.BAD_REQUEST, "this is not valid JSON") from None
    if _is_deeper_than(deepest, value):
        raise Rejected(HTTPStatus.BAD_REQUEST, f"JSON may be nested {deepest} levels deep")
    return value


async def _bounded(chunks: AsyncIterator[bytes], most: int) -> bytes | None:
    """None for more than `most` bytes; the rest is unread then."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse()
    return found


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse()


def _short(text: str) -> int:
    return int(text) if len(text) <= MOST_DIGITS else _refuse()


def _refuse() -> NoReturn:
    raise ValueError


def _is_deeper_than(deepest: int, value: object) -> bool:
    level = [value]
    for _ in range(deepest):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return any(isinstance(value, dict | list) for value in level)


async def _drop(chunks: AsyncIterator[bytes]) -> None:
    """Reads on for a while and forgets it: a connection that is closed on unread bytes loses the answer."""
    dropped = 0
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DROPPED_WITHIN):
            async for chunk in chunks:
                dropped += len(chunk)
                if dropped > MOST_DROPPED:
                    return
