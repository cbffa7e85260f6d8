"""A sandbox of a test's own, to be killed; and calls to the session's one."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.calls import Calls
from tests.support.payment_sandbox import SandboxProcess, running_sandbox

SCOPES = itertools.count(1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "sandbox" / "book.jsonl"


@pytest.fixture
def sandbox(data: Path) -> Iterator[SandboxProcess]:
    with running_sandbox(data) as sandbox:
        yield sandbox


@pytest.fixture
async def calls(payment_sandbox: SandboxProcess) -> AsyncIterator[Calls]:
    async with aiohttp.ClientSession(payment_sandbox.url) as session:
        yield Calls(session, f"calls-{next(SCOPES)}/")
