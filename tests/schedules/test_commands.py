"""`caravan schedules` shows the jobs that run by themselves, and does what a person wants done about them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal_at
from workflows.names import SCHEDULES

SWEEP = "expire-reservations"


@pytest.fixture
async def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    async with terminal_at(tmp_path) as terminal:
        yield terminal


async def test_all_are_listed_with_their_times(terminal: Terminal) -> None:
    shown = await terminal.caravan("schedules", "list")
    assert shown.exit_code == 0
    assert tuple(line.split()[0] for line in shown.stdout.splitlines()[1:]) == SCHEDULES
    assert "every 10 seconds" in shown.stdout
    told = json.loads((await terminal.caravan("schedules", "list", "--json")).stdout)
    assert [each["id"] for each in told] == list(SCHEDULES)


async def test_one_is_paused_shown_as_paused_and_resumed(terminal: Terminal) -> None:
    paused = await terminal.caravan("schedules", "pause", SWEEP)
    assert (paused.exit_code, paused.stdout) == (0, f"{SWEEP} is paused\n")
    listed = (await terminal.caravan("schedules", "list")).stdout
    assert f"paused by {terminal.world.ids['ops']}" in listed
    resumed = await terminal.caravan("schedules", "resume", SWEEP)
    assert (resumed.exit_code, resumed.stdout.startswith(f"{SWEEP} goes on, next at ")) == (0, True)
    assert terminal.world.schedules.journal == [f"paused {SWEEP}", f"resumed {SWEEP}"]


async def test_one_is_run_now(terminal: Terminal) -> None:
    done = await terminal.caravan("schedules", "trigger", SWEEP, "--json")
    assert (done.exit_code, json.loads(done.stdout)["lastRunAt"] is None) == (0, False)
    assert terminal.world.schedules.journal == [f"triggered {SWEEP}"]


async def test_a_refusal_is_one_line_and_exit_code_1(terminal: Terminal) -> None:
    terminal.world.schedules.busy.add(SWEEP)
    for words, code in (
        (("trigger", SWEEP), "CONFLICT"),
        (("trigger", "none"), "NOT_FOUND"),
        (("pause", "none"), "NOT_FOUND"),
    ):
        answer = await terminal.caravan("schedules", *words)
        assert (answer.exit_code, answer.stderr.count("\n"), code in answer.stderr) == (1, 1, True)
