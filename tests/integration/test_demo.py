"""The demo as a script runs it: every scene ends as expected, in time, and it can be played again on the same data."""

import time
from pathlib import Path

import pytest

from cli.demo.command import run_demo
from tests.integration.shop import broken_invariants
from tests.support.stack import Stack, running_stack

SECONDS = 90.0


@pytest.mark.timeout(300)
async def test_the_demo_holds(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    assert await run_demo(stack.addresses(), once=True), capsys.readouterr().out
    assert time.monotonic() - started < SECONDS
    assert "42 products are new" in capsys.readouterr().out
    assert await broken_invariants(stack.addresses()) == {}


@pytest.mark.heavy
@pytest.mark.timeout(400)
async def test_the_demo_can_be_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with running_stack(tmp_path) as stack:
        assert await run_demo(stack.addresses(), once=True), capsys.readouterr().out
        assert "42 products are new" in capsys.readouterr().out
        assert await run_demo(stack.addresses(), once=True), capsys.readouterr().out
        assert "0 products are new" in capsys.readouterr().out
        assert await broken_invariants(stack.addresses()) == {}
