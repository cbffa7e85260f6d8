"""What tells people still does what it did when its histories were recorded (see `tests/workflows/test_replay.py`)."""

import pytest
from temporalio.workflow import NondeterminismError

from tests.fan_out.lab import laboratory
from tests.fan_out.outcomes import HISTORIES, OUTCOMES
from tests.workflows.recorded import RecordedHistories
from workflows.fan_out_notification import FanOutNotification

RECORDED = RecordedHistories(folder=HISTORIES, workflow=FanOutNotification)


def test_every_outcome_has_a_history() -> None:
    assert RECORDED.names() == set(OUTCOMES)


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    await RECORDED.replay(OUTCOMES, sandboxed=sandboxed)


async def test_another_order_of_commands_is_found_out() -> None:
    with pytest.raises(NondeterminismError):
        await RECORDED.replay_changed("told", '"name":"notifications.tell_of_event"', '"name":"users.load_contact"')


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    assert RECORDED.words_of_the_machine() == set()


async def test_a_worker_that_remembers_nothing_comes_to_the_same_end() -> None:
    async with laboratory(cached=0) as lab:
        for name in ("told", "contact_asked_for_elsewhere", "tried_again_later"):
            run = await OUTCOMES[name](lab, await lab.case())
            assert (await run.result()).sent == 1
