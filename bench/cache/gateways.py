"""One more gateway beside the stack's: one that keeps no answers, for comparison. Measures nothing."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from cli.ready import Addresses, environment_of
from cli.stack.part import ROOT

READY_WITHIN: Final = 60.0
STOPS_WITHIN: Final = 15.0
BETWEEN_LOOKS: Final = 0.1


@asynccontextmanager
async def gateway_without_cache(addresses: Addresses, settings: dict[str, str]) -> AsyncIterator[tuple[str, int]]:
    """Its address and its process, ready, and gone in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"CARAVAN_GATEWAY__PORT": str(port), "CARAVAN_CACHE__ENABLED": "false"}
    environment = os.environ | environment_of(addresses) | settings | own
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway"), env=environment, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        await _ready(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}/graphql", process.pid
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), STOPS_WITHIN)


async def _ready(url: str) -> None:
    async with asyncio.timeout(READY_WITHIN), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(BETWEEN_LOOKS)
