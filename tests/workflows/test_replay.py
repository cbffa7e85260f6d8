"""Workflows still do what they did when their histories were recorded, so that those which run today go on tomorrow.

Cannot see: a change that no recorded outcome passes through. A failure here means: keep the old commands for runs that
began before (`workflow.patched`), and record the new ones beside them.
"""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.workflows.lab import WORKFLOWS, laboratory
from tests.workflows.outcomes import OUTCOMES
from tests.workflows.record import HISTORIES, LEFT_OUT
from workflows.plugin import caravan_plugin


def read(path: Path) -> WorkflowHistory:
    text = path.read_text()
    return WorkflowHistory.from_json(json.loads(text)["workflowId"], text)


def replayer(*, sandboxed: bool = True) -> Replayer:
    return Replayer(workflows=WORKFLOWS, plugins=[caravan_plugin(sandboxed=sandboxed)])


def test_every_outcome_has_a_history() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
async def test_a_recorded_history_is_replayed(name: str) -> None:
    await replayer().replay_workflow(read(HISTORIES / f"{name}.json"))


async def test_without_the_sandbox_the_commands_are_the_same() -> None:
    unguarded = replayer(sandboxed=False)
    for name in OUTCOMES:
        await unguarded.replay_workflow(read(HISTORIES / f"{name}.json"))


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("delivered_remote", '"name":"payments.capture_payment"', '"name":"inventory.commit_hold"'),
        ("delivered_local", '"name":"payments.authorize_payment"', '"name":"payments.capture_payment"'),
        ("declined_at_capture", '"name":"payments.cancel_payment"', '"name":"inventory.release_hold"'),
        ("out_of_stock", '"name":"ReserveInventory"', '"name":"ReserveStock"'),
    ],
)
async def test_another_order_of_commands_is_found_out(name: str, was: str, becomes: str) -> None:
    path = HISTORIES / f"{name}.json"
    text = path.read_text()
    assert was in text
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory.from_json("order/planted", text.replace(was, becomes)))


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    told = {word for path in HISTORIES.glob("*.json") for word in LEFT_OUT if f'"{word}":' in path.read_text()}
    assert told == set()


@pytest.mark.parametrize("name", ["delivered_local", "cancelled_during_capture", "stuck_and_tried_again", "declined"])
async def test_a_worker_that_remembers_nothing_comes_to_the_same_end(name: str) -> None:
    async with laboratory(cached=0) as lab:
        await OUTCOMES[name](await lab.case(name))
