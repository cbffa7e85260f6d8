"""Redrives still do what they did when their histories were recorded (see `tests/workflows/test_replay.py`)."""

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.redrive.lab import laboratory
from tests.redrive.outcomes import HISTORIES, OUTCOMES
from tests.workflows.record import LEFT_OUT
from tests.workflows.test_replay import read
from workflows.plugin import caravan_plugin
from workflows.redrive_dead_letters import RedriveDeadLetters


def replayer(*, sandboxed: bool = True) -> Replayer:
    return Replayer(workflows=[RedriveDeadLetters], plugins=[caravan_plugin(sandboxed=sandboxed)])


def test_every_outcome_has_a_history() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    guarded = replayer(sandboxed=sandboxed)
    for name in OUTCOMES:
        await guarded.replay_workflow(read(HISTORIES / f"{name}.json"))


async def test_another_order_of_commands_is_found_out() -> None:
    text = (HISTORIES / "redriven.json").read_text()
    was = '"name":"deadletters.record_replays"'
    assert was in text
    planted = WorkflowHistory.from_json("redrive/planted", text.replace(was, '"name":"replays.apply"'))
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(planted)


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    told = {word for path in HISTORIES.glob("*.json") for word in LEFT_OUT if f'"{word}":' in path.read_text()}
    assert told == set()


async def test_a_worker_that_remembers_nothing_comes_to_the_same_end() -> None:
    async with laboratory(cached=0) as lab:
        for name in ("redriven", "stopped", "cancelled"):
            await OUTCOMES[name](lab.case())
