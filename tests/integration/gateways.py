"""One more gateway on a running system, as a process of the test's own."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.ready import Addresses
from tests.integration.processes import READY_WITHIN, Served, begun, ended_in_the_end
from tests.support.mongo import free_port


@dataclass(frozen=True, slots=True)
class Gateway(Served):
    """Where it is, and what it is."""

    process: Process

    async def hears(self) -> None:
        """Returns once it hears Redis."""
        async with asyncio.timeout(READY_WITHIN):
            while not await self.metric("caravan_live_hearing"):  # noqa: ASYNC110 - a condition of another process
                await asyncio.sleep(0.05)


@asynccontextmanager
async def another_gateway(addresses: Addresses, **settings: str) -> AsyncIterator[Gateway]:
    """Ready, and gone in the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = await begun(addresses, "gateway", CARAVAN_GATEWAY__PORT=str(port), **settings)
    async with ended_in_the_end(process, url):
        yield Gateway(url, process)
