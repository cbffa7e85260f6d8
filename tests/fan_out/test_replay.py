"""What tells people still does what it did when its histories were recorded (see `tests/workflows/test_replay.py`)."""

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.fan_out.lab import laboratory
from tests.fan_out.outcomes import HISTORIES, OUTCOMES
from tests.workflows.record import LEFT_OUT
from tests.workflows.test_replay import read
from workflows.fan_out_notification import FanOutNotification
from workflows.plugin import caravan_plugin


def replayer(*, sandboxed: bool = True) -> Replayer:
    return Replayer(workflows=[FanOutNotification], plugins=[caravan_plugin(sandboxed=sandboxed)])


def test_every_outcome_has_a_history() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    guarded = replayer(sandboxed=sandboxed)
    for name in OUTCOMES:
        await guarded.replay_workflow(read(HISTORIES / f"{name}.json"))


async def test_another_order_of_commands_is_found_out() -> None:
    text = (HISTORIES / "told.json").read_text()
    was = '"name":"notifications.tell_of_event"'
    assert was in text
    planted = WorkflowHistory.from_json("notification/planted", text.replace(was, '"name":"users.load_contact"'))
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(planted)


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    told = {word for path in HISTORIES.glob("*.json") for word in LEFT_OUT if f'"{word}":' in path.read_text()}
    assert told == set()


async def test_a_worker_that_remembers_nothing_comes_to_the_same_end() -> None:
    async with laboratory(cached=0) as lab:
        for name in ("told", "contact_asked_for_elsewhere", "tried_again_later"):
            run = await OUTCOMES[name](lab, await lab.case())
            assert (await run.result()).sent == 1
