"""One more process on a running system, beside those of the stack: started, of use, and gone in the end."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from cli.ready import Addresses, environment_of
from cli.stack.part import ROOT

READY_WITHIN = 60.0
STOPS_WITHIN = 15.0
BETWEEN_LOOKS = 0.1


@dataclass(frozen=True, slots=True)
class Served:
    """Where a process is that serves metrics."""

    url: str

    async def metric(self, name: str, label: str = "") -> float:
        """The sum over all labels, or over those lines that have this one (`consumer="stock-notes"`)."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        found = [line for line in lines if line.startswith((f"{name} ", f"{name}{{")) and label in line]
        return sum(float(line.rpartition(" ")[2]) for line in found)


async def begun(addresses: Addresses, *module: str, **settings: str) -> Process:
    """`python -m` one of our modules, with the settings of the system."""
    environment = os.environ | environment_of(addresses) | settings
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, env=environment, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )


@asynccontextmanager
async def ended_in_the_end(process: Process, url: str) -> AsyncIterator[None]:
    """Begins when it is ready, and has it end in good order, unless it has ended by itself."""
    try:
        await _ready(url, process)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), STOPS_WITHIN)


async def _ready(url: str, process: Process) -> None:
    async with asyncio.timeout(READY_WITHIN), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "it has ended"
            try:
                async with session.get(f"{url}/readyz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(BETWEEN_LOOKS)
