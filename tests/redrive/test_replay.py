"""Redrives still do what they did when their histories were recorded (see `tests/workflows/test_replay.py`)."""

import pytest
from temporalio.workflow import NondeterminismError

from tests.redrive.lab import laboratory
from tests.redrive.outcomes import HISTORIES, OUTCOMES
from tests.workflows.recorded import RecordedHistories
from workflows.redrive_dead_letters import RedriveDeadLetters

RECORDED = RecordedHistories(folder=HISTORIES, workflow=RedriveDeadLetters)


def test_every_outcome_has_a_history() -> None:
    assert RECORDED.names() == set(OUTCOMES)


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    await RECORDED.replay(OUTCOMES, sandboxed=sandboxed)


async def test_another_order_of_commands_is_found_out() -> None:
    with pytest.raises(NondeterminismError):
        await RECORDED.replay_changed("redriven", '"name":"deadletters.record_replays"', '"name":"replays.apply"')


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    assert RECORDED.words_of_the_machine() == set()


async def test_a_worker_that_remembers_nothing_comes_to_the_same_end() -> None:
    async with laboratory(cached=0) as lab:
        for name in ("redriven", "stopped", "cancelled"):
            await OUTCOMES[name](lab.case())
