"""Ways in which a campaign can go, played once each: what the recorded histories are histories of.

`python -m tests.campaigns.outcomes [NAME ...]` records them anew; `tests/workflows/record.py` says when that is right.
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from temporalio.client import WorkflowFailureError

from tests.campaigns.lab import QUICK, Case, Run, laboratory, until
from tests.workflows.record import recorded
from workflows.fan_out_notification import FanOutNotification

HISTORIES = Path(__file__).with_name("histories")
ONE_AT_A_TIME = replace(QUICK, at_once=1)

Play = Callable[[Case], Awaitable[Run]]


async def held(case: Case) -> Run:
    """A campaign to 30 people whose first ten are on their way, five of them sent."""
    case.invite(30)
    case.post.stops_after = 5
    run = await case.start(ONE_AT_A_TIME)
    await until(lambda: _is_held(case))
    return run


async def _is_held(case: Case) -> bool:
    return not case.post.gate.is_set()


async def told_to_everybody(case: Case) -> Run:
    case.invite(25)
    case.post.contacts = ["page one", "page two"]
    case.post.refusals.update({"u00003": 2})
    run = await case.start(replace(QUICK, per_second=5))
    await run.result()
    return run


async def told_to_nobody(case: Case) -> Run:
    run = await case.start()
    await run.result()
    return run


async def begun_in_its_time(case: Case) -> Run:
    case.invite(3)
    run = await case.start(scheduled_for=await case.in_days(3))
    await case.pause(run, paused=True)
    await case.pause(run, paused=False)
    await run.result()
    return run


async def cancelled_midway(case: Case) -> Run:
    run = await held(case)
    await case.pause(run, paused=True)
    await case.cancel(run)
    case.post.gate.set()
    await run.result()
    return run


async def cancelled_by_the_platform(case: Case) -> Run:
    run = await held(case)
    await run.cancel()
    await until(lambda: is_cancelled(case))
    case.post.gate.set()
    try:
        await run.result()
    except WorkflowFailureError:
        return run
    raise AssertionError("it was not cancelled")


async def is_cancelled(case: Case) -> bool:
    """In its row."""
    return not (await case.campaign()).is_open


async def continued(case: Case) -> Run:
    case.invite(35)
    run = await case.start(replace(ONE_AT_A_TIME, batches_a_run=2))
    await run.result()
    return case.client.get_workflow_handle_for(FanOutNotification.run, run.id, run_id=run.first_execution_run_id)


OUTCOMES: dict[str, Play] = {
    play.__name__: play
    for play in (
        told_to_everybody,
        told_to_nobody,
        begun_in_its_time,
        cancelled_midway,
        cancelled_by_the_platform,
        continued,
    )
}


async def record(wanted: Iterable[str]) -> None:
    HISTORIES.mkdir(exist_ok=True)
    async with laboratory() as lab:
        for name in wanted:
            run = await OUTCOMES[name](lab.case())
            (HISTORIES / f"{name}.json").write_text(recorded(run.id, await run.fetch_history()))


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or OUTCOMES))
    gc.collect()
