"""The issuer's keys at a URL (RFC 7517). Fetches what it is told to and no other address."""

from http import HTTPStatus
from typing import Any, Final

import aiohttp
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from services.shared.errors import Unavailable

JWKS_PATH: Final = "/.well-known/jwks.json"
JWKS_TYPE: Final = "application/jwk-set+json"
LARGEST: Final = 64 * 1024


class _KeySet(BaseModel):
    keys: list[dict[str, Any]]


class JwksUrl:
    """A `key_ring.Source` over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def __call__(self) -> tuple[str, ...]:
        """The keys as JWK texts. Raises Unavailable."""
        try:
            async with self._session.get(self._url, allow_redirects=False) as answer:
                if answer.status != HTTPStatus.OK:
                    raise Unavailable("keys", "they were not answered")
                body = await _bounded(answer.content)
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            raise Unavailable("keys") from failure
        try:
            return tuple(to_json(key).decode() for key in _KeySet.model_validate_json(body).keys)
        except ValidationError as failure:
            raise Unavailable("keys", "answered what cannot be read") from failure


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise Unavailable("keys", "too many")
    return bytes(body)
