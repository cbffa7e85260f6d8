"""Somebody who asks a gateway again and again, and sees whether each answer is a kept one."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer. `is_kept`: it was made for an earlier question."""

    data: dict[str, Any]
    is_kept: bool


class Visitor:
    """One caller of one gateway, signed in or not."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str | None = None) -> None:
        self._http = http
        self._url = f"{url}/graphql"
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    async def ask(self, document: str, **variables: object) -> Shown:
        body = {"query": document, "variables": variables}
        async with self._http.post(self._url, json=body, headers=self._headers) as response:
            answer = await response.json()
            status = response.headers["cache-status"]
        assert "errors" not in answer, answer
        return Shown(data=answer["data"], is_kept="; hit" in status)

    async def until_kept(self, document: str, **variables: object) -> Shown:
        """The first answer that is given again."""
        async with asyncio.timeout(5):
            while not (shown := await self.ask(document, **variables)).is_kept:
                pass
        return shown

    async def until(
        self, holds: Callable[[dict[str, Any]], bool], within: float, document: str, **variables: object
    ) -> float:
        """Asks until the answer is as wanted; answers after how many seconds it was."""
        started = time.monotonic()
        while not holds((shown := await self.ask(document, **variables)).data):
            assert time.monotonic() - started < within, f"still {shown.data}"
            await asyncio.sleep(BETWEEN_LOOKS)
        return time.monotonic() - started
