"""All lists are made anew in batches; what breaks off goes on where it was, and there is one such run at most."""

import asyncio
from dataclasses import replace

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import CancelledError

from activities.recommendations import PAGE
from tests.refreshes.lab import RULES, Lab, Run, until
from tests.refreshes.outcomes import OF_REFRESHES
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RefreshResult

pytestmark = pytest.mark.asyncio(loop_scope="module")

CROWD = [f"all{number}" for number in range(650)]


async def test_each_user_is_looked_at_once(lab: Lab) -> None:
    run = await OF_REFRESHES["all_users"](lab)
    assert await run.result() == RefreshResult(users=650, changed=650)
    assert lab.kitchen.made == dict.fromkeys(CROWD, 1)


@pytest.mark.parametrize("users", [0, 1, PAGE, PAGE + 1])
async def test_so_is_a_crowd_of_any_size(lab: Lab, users: int) -> None:
    lab.kitchen.users = CROWD[:users]
    run = await lab.refresh_all(replace(RULES, batch=1))
    assert await run.result() == RefreshResult(users=users, changed=users)
    assert lab.kitchen.made == dict.fromkeys(CROWD[:users], 1)


async def test_a_long_one_goes_on_as_new_runs(lab: Lab) -> None:
    first = await OF_REFRESHES["all_users_in_several_runs"](lab)
    assert (await first.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW
    assert lab.kitchen.made == dict.fromkeys(CROWD, 1)
    last = lab.client.get_workflow_handle_for(RefreshRecommendations.run, first.id)
    assert await last.result() == RefreshResult(users=650, changed=650)
    assert (await last.query(RefreshRecommendations.progress)).users == 650


async def test_a_batch_that_breaks_off_goes_on_behind_its_last_page(lab: Lab) -> None:
    lab.kitchen.users = CROWD
    lab.kitchen.stops_after = 3
    run = await lab.refresh_all(replace(RULES, batch=1000))
    await lab.kitchen.entered.wait()
    await waits_at_the_gate(lab)
    # The next page fails, however often it is asked for, until the database is back.
    lab.kitchen.away = 3
    lab.kitchen.gate.set()
    assert (await run.result()).users == 650
    assert lab.kitchen.made == dict.fromkeys(CROWD, 1)


async def test_cancelled_by_the_platform_it_ends_as_cancelled(lab: Lab) -> None:
    lab.kitchen.users = CROWD
    lab.kitchen.stops_after = 2
    run = await lab.refresh_all(replace(RULES, batch=100))
    await waits_at_the_gate(lab)
    await run.cancel()
    # The server that skips time cannot be told to cancel what ends at the same moment.
    await until(lambda: is_told_to_cancel(run))
    lab.kitchen.gate.set()
    with pytest.raises(WorkflowFailureError) as failure:
        await run.result()
    assert isinstance(failure.value.cause, CancelledError)
    assert lab.kitchen.made.total() < len(CROWD)


async def test_the_nightly_one_has_nothing_to_do_while_another_goes_on(lab: Lab) -> None:
    lab.kitchen.users = CROWD
    lab.kitchen.stops_after = 2
    run = await lab.refresh_all()
    await waits_at_the_gate(lab)
    night = await lab.night()
    assert await night.result() == RefreshResult()
    assert (await run.describe()).status is WorkflowExecutionStatus.RUNNING
    lab.kitchen.gate.set()
    assert (await run.result()).users == 650
    assert lab.kitchen.made == dict.fromkeys(CROWD, 1)


async def test_a_night_ends_with_its_refresh_and_tells_of_it(lab: Lab) -> None:
    run = await OF_REFRESHES["at_night"](lab)
    assert await run.result() == RefreshResult(users=2, changed=2)
    whole = await lab.client.get_workflow_handle("recommendations/all").describe()
    assert (whole.workflow_type, whole.task_queue) == ("RefreshRecommendations", "recommendations")


async def is_told_to_cancel(run: Run) -> bool:
    events = (await run.fetch_history()).events
    return any(event.HasField("activity_task_cancel_requested_event_attributes") for event in events)


async def waits_at_the_gate(lab: Lab) -> None:
    async with asyncio.timeout(30):
        while lab.kitchen.stops_after is not None:  # noqa: ASYNC110 (a step in a worker)
            await asyncio.sleep(0.01)
        await lab.kitchen.entered.wait()
