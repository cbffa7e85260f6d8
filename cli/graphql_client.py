"""GraphQL over HTTP as a careful client does it: what is unavailable is asked again, everything else is an error.

Knows no field of the schema; `shop_client.py` does.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import aiohttp

from cli.stack.checks import reason

UNAVAILABLE = "UNAVAILABLE"
REQUEST_SECONDS = 20.0
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
"""Seconds between two attempts. Each attempt costs a system that cannot keep up a little more, hence the growth."""

SERVER_ERRORS = 500


class GraphqlFailure(Exception):
    """A top-level error. `code` is its `extensions.code`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class GraphqlClient:
    """One caller: anonymous, or with an access token.

    `patience` is how long (seconds) an unavailable system is asked again before it counts as a failure. The same
    request is sent each time, with the same idempotency key, so that it has its effect once.
    """

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str | None = None, patience: float = 60.0) -> None:
        self._http = http
        self._url = url
        self._token = token
        self._patience = patience

    @property
    def token(self) -> str | None:
        """The access token; None for an anonymous caller."""
        return self._token

    def signed_in(self, token: str) -> "GraphqlClient":
        """The same connection for the owner of this token."""
        return GraphqlClient(self._http, self._url, token, self._patience)

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """The answer's `data`.

        Raises:
            GraphqlFailure: a top-level error; UNAVAILABLE only after `patience`.
        """
        deadline = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._once(document, variables)
            except GraphqlFailure as failure:
                if failure.code != UNAVAILABLE or time.monotonic() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _once(self, document: str, variables: Mapping[str, object]) -> dict[str, Any]:
        body = {"query": document, "variables": variables}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        try:
            async with self._http.post(self._url, json=body, headers=headers, timeout=timeout) as response:
                return _data(response.status, await response.json())
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise GraphqlFailure(UNAVAILABLE, reason(failure)) from failure


def _data(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if errors := answer.get("errors"):
        raise GraphqlFailure(errors[0].get("extensions", {}).get("code", "INTERNAL"), errors[0]["message"])
    if status >= SERVER_ERRORS or not isinstance(answer.get("data"), dict):
        raise GraphqlFailure(UNAVAILABLE, f"HTTP {status} without data")
    data: dict[str, Any] = answer["data"]
    return data
