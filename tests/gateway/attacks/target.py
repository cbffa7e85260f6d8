"""A gateway's process under attack: raw requests to it, its memory, and another client who is served meanwhile."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil

PLAIN = {"query": "{ products(first: 1) { pageInfo { hasNextPage } } }"}
SERVED_WITHIN = 10.0
"""Seconds for the other client's plain query, on a busy machine with two cores."""
MEMORY = 96 * 1024 * 1024
"""Bytes by which the process may grow during one attack."""
CODES = {
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "BAD_USER_INPUT",
    "QUERY_TOO_COMPLEX",
    "RATE_LIMITED",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `body` is None where it is no JSON."""

    status: int
    body: Any

    @property
    def codes(self) -> list[str]:
        """The top-level codes."""
        return [error["extensions"]["code"] for error in (self.body or {}).get("errors", ())]


class Target:
    """A running gateway."""

    def __init__(self, url: str, pid: int, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._process = psutil.Process(pid)
        self._http = http
        at = urlsplit(url)
        self._host, self._port = str(at.hostname), int(at.port or 80)

    async def post(self, body: bytes | BytesIO, headers: dict[str, str] | None = None) -> Reply:
        """One request as a usual client sends it."""
        headers = {"content-type": "application/json"} | (headers or {})
        async with self._http.post(f"{self.url}/graphql", data=body, headers=headers) as response:
            text = await response.read()
        return Reply(response.status, _json(text))

    async def ask(self, query: str, variables: object = None, token: str | None = None) -> Reply:
        """One operation."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.post(json.dumps({"query": query, "variables": variables}).encode(), headers)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        return await asyncio.open_connection(self._host, self._port)

    async def raw(self, request: bytes) -> bytes:
        """All that comes back on these bytes until the gateway ends the connection."""
        reader, writer = await self.connect()
        answer = bytearray()
        with suppress(OSError):
            writer.write(request)
            await writer.drain()
            while piece := await reader.read(65536):
                answer += piece
        writer.close()
        return bytes(answer)

    @asynccontextmanager
    async def withstands(self, seconds: float) -> AsyncIterator[None]:
        """Around an attack: it takes no longer, the process grows no further than it may, and others are served."""
        before, peak, served = self._memory(), [0], [0.0]
        ended = asyncio.Event()
        other = asyncio.create_task(self._other_client(ended, peak, served))
        started = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - started
            ended.set()
            await other
        assert took < seconds
        assert max(served) < SERVED_WITHIN
        assert len(served) > 1
        assert max(*peak, self._memory()) - before < MEMORY
        assert self._process.is_running()

    async def _other_client(self, ended: asyncio.Event, peak: list[int], served: list[float]) -> None:
        async with aiohttp.ClientSession() as http:
            while not ended.is_set() or len(served) == 1:
                asked = time.monotonic()
                async with http.post(f"{self.url}/graphql", json=PLAIN) as response:
                    answer = await response.json()
                assert "products" in (answer.get("data") or {}), answer
                served.append(time.monotonic() - asked)
                peak.append(self._memory())
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), 0.05)

    def _memory(self) -> int:
        resident: int = self._process.memory_info().rss
        return resident


def assert_answered(reply: Reply) -> None:
    """An answer as the contract has it, and none of its failures."""
    assert reply.status < 500, reply
    assert set(reply.codes) <= CODES, reply


def _json(text: bytes) -> Any:  # noqa: ANN401 (JSON)
    try:
        return json.loads(text)
    except ValueError:
        return None
