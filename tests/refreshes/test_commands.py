"""`caravan recommendations` has lists made anew and orders counted anew, and says which workflow does it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal_at


@pytest.fixture
async def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    async with terminal_at(tmp_path) as terminal:
        yield terminal


async def test_all_lists_and_one_are_made_anew(terminal: Terminal) -> None:
    done = await terminal.caravan("recommendations", "refresh")
    assert (done.exit_code, done.stdout) == (0, "recommendations/all: running\n")
    told = json.loads((await terminal.caravan("recommendations", "refresh", "--user", "u1", "--json")).stdout)
    assert told == {"id": "recommendations/u1", "status": "RUNNING"}
    assert terminal.world.refreshes.journal == ["recommendations/all", "recommendations/u1"]


async def test_all_orders_are_counted_anew(terminal: Terminal) -> None:
    done = await terminal.caravan("recommendations", "rebuild")
    assert (done.exit_code, done.stdout) == (0, "recommendations/rebuild: running\n")
    assert terminal.world.refreshes.journal == ["recommendations/rebuild"]


async def test_a_refusal_is_one_line_and_exit_code_1(terminal: Terminal) -> None:
    answer = await terminal.caravan("recommendations", "refresh", "--user", "x" * 300)
    assert (answer.exit_code, answer.stderr.count("\n"), "INVALID" in answer.stderr) == (1, 1, True)
