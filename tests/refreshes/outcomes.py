"""Ways in which a refresh and a rebuild can go, played once each: what the recorded histories are histories of.

`python -m tests.refreshes.outcomes [NAME ...]` records them anew; `tests/workflows/record.py` says when that is right.
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowFailureError, WorkflowHandle

from services.recommendations.refreshing.models import OneRebuild
from tests.refreshes.lab import RULES, Lab, Run, laboratory
from tests.workflows.record import recorded
from workflows.rebuild_recommendations import RebuildRecommendations
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RebuildInput, RebuildRules

REFRESHES = Path(__file__).with_name("histories") / "refreshes"
REBUILDS = Path(__file__).with_name("histories") / "rebuilds"
FEW = RebuildInput(rules=RebuildRules(page=3, pages_a_run=2))

Play = Callable[[Lab], Awaitable[WorkflowHandle[Any, Any]]]


async def after_purchases(lab: Lab, colocated: tuple[str, ...] = ()) -> Run:
    user = lab.user()
    for _ in range(3):
        await lab.refreshing(colocated=colocated).purchased([user])
    return await lab.refreshed(user)


async def after_purchases_locally(lab: Lab) -> Run:
    return await after_purchases(lab, ("recommendations",))


async def bought_again_meanwhile(lab: Lab) -> Run:
    user = lab.user()
    lab.kitchen.gate.clear()
    await lab.refreshing().purchased([user])
    await lab.env.sleep(RULES.window_seconds)
    await lab.kitchen.entered.wait()
    await lab.refreshing().purchased([user])
    lab.kitchen.gate.set()
    return await lab.refreshed(user)


async def all_users(lab: Lab) -> Run:
    lab.kitchen.users = [f"all{number}" for number in range(650)]
    run = await lab.refresh_all()
    await run.result()
    return run


async def all_users_in_several_runs(lab: Lab) -> Run:
    lab.kitchen.users = [f"all{number}" for number in range(650)]
    run = await lab.refresh_all(replace(RULES, batch=100, batches_a_run=2))
    await run.result()
    return lab.client.get_workflow_handle_for(RefreshRecommendations.run, run.id, run_id=run.first_execution_run_id)


async def at_night(lab: Lab) -> Run:
    lab.kitchen.users = ["a", "b"]
    run = await lab.night()
    await run.result()
    return run


async def counted_anew(lab: Lab) -> WorkflowHandle[Any, Any]:
    lab.kitchen.stand(5)
    run = await lab.rebuild(FEW)
    await run.result()
    return run


async def counted_in_several_runs(lab: Lab) -> WorkflowHandle[Any, Any]:
    lab.kitchen.stand(11)
    run = await lab.rebuild(FEW)
    await run.result()
    return lab.client.get_workflow_handle_for(RebuildRecommendations.run, run.id, run_id=run.first_execution_run_id)


async def given_up_for_another(lab: Lab) -> WorkflowHandle[Any, Any]:
    lab.kitchen.stand(1)

    async def overtaken(wish: OneRebuild) -> None:  # noqa: ARG001 (the port's)
        lab.kitchen.building = "another"

    lab.kitchen.begin_rebuild = overtaken  # type: ignore[method-assign]
    run = await lab.rebuild(FEW)
    try:
        await run.result()
    except WorkflowFailureError:
        return run
    raise AssertionError("it was not given up")


def _named(*plays: Play) -> dict[str, Play]:
    return {play.__name__: play for play in plays}


OF_REFRESHES = _named(
    after_purchases,
    after_purchases_locally,
    bought_again_meanwhile,
    all_users,
    all_users_in_several_runs,
    at_night,
)
OF_REBUILDS = _named(counted_anew, counted_in_several_runs, given_up_for_another)


async def record(wanted: Iterable[str]) -> None:
    for folder, plays in ((REFRESHES, OF_REFRESHES), (REBUILDS, OF_REBUILDS)):
        folder.mkdir(exist_ok=True, parents=True)
        for name in sorted(set(wanted) & set(plays)):
            async with laboratory() as lab:
                run = await plays[name](lab)
                (folder / f"{name}.json").write_text(recorded(run.id, await run.fetch_history()))


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or {**OF_REFRESHES, **OF_REBUILDS}))
    gc.collect()
