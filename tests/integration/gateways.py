"""One more gateway on a running system, as a process of the test's own."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from cli.ready import Addresses, environment_of
from tests.support.mongo import free_port

READY_WITHIN = 30.0
STOPS_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where it is, and what it is."""

    url: str
    process: Process

    async def metric(self, name: str) -> float:
        """The sum over all labels."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        found = [line for line in lines if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rpartition(" ")[2]) for line in found)

    async def hears(self) -> None:
        """Returns once it hears Redis."""
        async with asyncio.timeout(READY_WITHIN):
            while not await self.metric("caravan_live_hearing"):  # noqa: ASYNC110 - a condition of another process
                await asyncio.sleep(0.05)


@asynccontextmanager
async def another_gateway(addresses: Addresses, **settings: str) -> AsyncIterator[Gateway]:
    """Ready, and gone in the end."""
    port = free_port()
    environment = os.environ | environment_of(addresses) | {"CARAVAN_GATEWAY__PORT": str(port)} | settings
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", env=environment, stdout=DEVNULL, stderr=DEVNULL
    )
    gateway = Gateway(f"http://127.0.0.1:{port}", process)
    try:
        await _ready(gateway)
        yield gateway
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), STOPS_WITHIN)


async def _ready(gateway: Gateway) -> None:
    async with asyncio.timeout(READY_WITHIN), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{gateway.url}/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
