"""The sandbox under test: a process of its own, and calls to it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.calls import Calls
from tests.support.payment_sandbox import SandboxProcess, running_sandbox


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "sandbox" / "book.jsonl"


@pytest.fixture
def sandbox(data: Path) -> Iterator[SandboxProcess]:
    with running_sandbox(data) as sandbox:
        yield sandbox


@pytest.fixture
async def calls(sandbox: SandboxProcess) -> AsyncIterator[Calls]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield Calls(session)
