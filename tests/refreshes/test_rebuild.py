"""All orders that stand are counted anew, page by page, each once; then the new counts are read, and lists follow."""

import asyncio
from dataclasses import replace

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from services.shared.errors import Conflict
from tests.refreshes.lab import Lab
from tests.refreshes.outcomes import FEW, OF_REBUILDS
from workflows.failures import refusal_of
from workflows.names import RECOMMENDATIONS_OF_ALL
from workflows.rebuild_recommendations import RebuildRecommendations
from workflows.refreshes import RebuildInput, RebuildResult

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = pytest.mark.parametrize("colocated", [(), ("orders", "recommendations")], ids=["remote", "local"])


@PLACES
async def test_all_that_stand_are_counted_and_the_lists_follow(lab: Lab, colocated: tuple[str, ...]) -> None:
    lab.kitchen.stand(7)
    lab.kitchen.users = ["a", "b"]
    run = await lab.rebuild(RebuildInput(colocated=colocated))
    assert await run.result() == RebuildResult(orders=7, counted=7)
    (counted,) = lab.kitchen.generations.values()
    assert counted == {f"o{number}" for number in range(7)}
    assert lab.kitchen.serving in lab.kitchen.generations
    await lab.client.get_workflow_handle(RECOMMENDATIONS_OF_ALL).result()
    assert lab.kitchen.made == {"a": 1, "b": 1}


async def test_a_long_one_goes_on_as_new_runs_in_the_same_counts(lab: Lab) -> None:
    first = await OF_REBUILDS["counted_in_several_runs"](lab)
    assert (await first.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW
    last = lab.client.get_workflow_handle_for(RebuildRecommendations.run, first.id)
    assert await last.result() == RebuildResult(orders=11, counted=11)
    assert len(lab.kitchen.generations) == 1
    mark = await last.query(RebuildRecommendations.progress)
    assert mark
    assert mark.orders == 11


async def test_what_events_have_counted_already_is_passed_over(lab: Lab) -> None:
    lab.kitchen.stand(4)
    begin = lab.kitchen.begin_rebuild

    async def begun_and_told(wish: object) -> None:
        await begin(wish)  # type: ignore[arg-type]
        lab.kitchen.generations[lab.kitchen.building] |= {"o1", "o9"}

    lab.kitchen.begin_rebuild = begun_and_told  # type: ignore[method-assign]
    run = await lab.rebuild(FEW)
    assert await run.result() == RebuildResult(orders=4, counted=3)


async def test_each_one_begins_anew(lab: Lab) -> None:
    lab.kitchen.stand(2)
    for _ in range(2):
        assert (await (await lab.rebuild(FEW)).result()).counted == 2
    assert len(lab.kitchen.generations) == 2


async def test_one_that_another_has_replaced_gives_up_and_switches_nothing(lab: Lab) -> None:
    run = await OF_REBUILDS["given_up_for_another"](lab)
    with pytest.raises(WorkflowFailureError) as failure:
        await run.result()
    assert isinstance(refusal_of(failure.value), Conflict)
    assert lab.kitchen.serving == ""


async def test_a_database_that_is_away_is_waited_for(lab: Lab) -> None:
    lab.kitchen.stand(4)
    lab.kitchen.away = 2
    run = await lab.rebuild(replace(FEW, colocated=("orders", "recommendations")))
    async with asyncio.timeout(60):
        assert (await run.result()).counted == 4
