"""Stacks for tests: one whole one a session, and as many of their own as tests ask for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.ready import Addresses
from cli.stack.running import Running, launch, started

Stack = Running

PROMPT = {"CARAVAN_RECOMMENDATIONS__REFRESH_WINDOW": "1"}
"""Lists are made anew while a test waits for them."""

__all__ = ["Stack", "launch", "running_stack", "servers", "stack", "started"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole system, shared by the session: a test leaves it as usable as it found it."""
    with started(tmp_path_factory.mktemp("stack"), environment=PROMPT) as running:
        yield running


@pytest.fixture(scope="session")
def servers(stack: Stack) -> Addresses:
    """The session's servers. They keep their addresses over a restart."""
    return stack.addresses()


@asynccontextmanager
async def running_stack(data: Path, *flags: str) -> AsyncIterator[Stack]:
    """A stack of the test's own on this folder; started again on it, it goes on where it was."""
    running = launch(data, *flags)
    try:
        await asyncio.to_thread(running.wait_until_ready)
        yield running
    finally:
        if running.process.poll() is None:
            await asyncio.to_thread(running.stop)
