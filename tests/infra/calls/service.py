"""A service that fails on demand, in every way that a network knows, and counts what reaches it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from services.infra.http import internal_router
from services.shared.errors import Conflict, Unavailable
from services.shared.safety import safe
from tests.support.http import serving
from tests.support.identity import entry


class Face(Protocol):
    """One that reads and one that changes."""

    @safe
    async def read(self) -> str: ...

    async def change(self) -> str: ...


class Served:
    """Offers Face. The next `unavailable` calls find no database; `hangs` ends when it is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ended: list[str] = []
        self.unavailable = 0
        self.refuses = False
        self.hangs: asyncio.Event | None = None

    async def read(self) -> str:
        return await self._answer("read")

    async def change(self) -> str:
        return await self._answer("change")

    async def _answer(self, name: str) -> str:
        self.asked.append(name)
        try:
            if self.hangs is not None:
                await self.hangs.wait()
        finally:
            self.ended.append(name)
        if self.unavailable:
            self.unavailable -= 1
            raise Unavailable("database")
        if self.refuses:
            raise Conflict("no")
        return "done"


@asynccontextmanager
async def served_at(served: Served) -> AsyncIterator[str]:
    """The address of the service."""
    async with serving(internal_router("shop", Face, served, entry())) as address:
        yield address


async def until(condition: Callable[[], bool]) -> None:
    """Waits for it. Raises TimeoutError after some seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (what is waited for happens in a server that tells nobody)
            await asyncio.sleep(0.01)


class Cutter:
    """Between a caller and a service: cuts the next `cuts` connections once a request has arrived on them."""

    def __init__(self, target: str, cuts: int) -> None:
        self._host, self._port = target.removeprefix("http://").split(":")
        self._cuts = cuts
        self.requests = 0

    async def pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        request = await reader.read(65536)
        self.requests += 1
        if self._cuts:
            self._cuts -= 1
            writer.close()
            return
        inner_reader, inner_writer = await asyncio.open_connection(self._host, int(self._port))
        inner_writer.write(request.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n", 1))
        writer.write(await inner_reader.read())
        await writer.drain()
        writer.close()
        inner_writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The address in front of the service."""
        async with await asyncio.start_server(self.pipe, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
