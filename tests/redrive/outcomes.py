"""Every way in which a redrive can go, played once each: what the recorded histories are histories of.

`python -m tests.redrive.outcomes [NAME ...]` records them anew; `tests/workflows/record.py` says when that may be done.
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from temporalio.client import WorkflowFailureError

from tests.redrive.lab import QUICK, Case, Run, cancel_is_heard, laboratory, until
from tests.workflows.record import recorded
from workflows.redrive_dead_letters import RedriveDeadLetters

HISTORIES = Path(__file__).with_name("histories")
CAREFUL = replace(QUICK, canary_least=4)

Play = Callable[[Case], Awaitable[Run]]


def names(number: int) -> list[str]:
    return [f"e{index:04}" for index in range(number)]


async def redriven(case: Case) -> Run:
    await case.letters.park("stock-notes", *names(30))
    await case.letters.park("live-orders", "o1")
    await case.letters.park("no-such-consumer", "lost")
    run = await case.start(rules=replace(CAREFUL, per_second=10))
    await run.result()
    return run


async def continued(case: Case) -> Run:
    await case.letters.park("stock-notes", *names(30))
    run = await case.start(rules=replace(QUICK, batches_a_run=2))
    await run.result()
    return case.client.get_workflow_handle_for(RedriveDeadLetters.run, run.id, run_id=run.first_execution_run_id)


async def stopped(case: Case) -> Run:
    await case.letters.park("stock-notes", *names(30))
    case.notes.fails = lambda event: event == "e0001"
    run = await case.start(rules=CAREFUL)
    await run.result()
    return run


async def cancelled(case: Case) -> Run:
    await case.letters.park("stock-notes", *names(25))
    case.notes.gate.clear()
    run = await case.start()
    await case.notes.entered.wait()
    await run.cancel()
    # The test server loses a step that ends while its cancellation is on its way.
    await until(lambda: cancel_is_heard(run))
    case.notes.gate.set()
    try:
        await run.result()
    except WorkflowFailureError:
        return run
    raise AssertionError("it was not cancelled")


async def dry_run(case: Case) -> Run:
    await case.letters.park("stock-notes", *names(15))
    run = await case.start(dry_run=True)
    await run.result()
    return run


OUTCOMES: dict[str, Play] = {play.__name__: play for play in (redriven, continued, stopped, cancelled, dry_run)}


async def record(wanted: Iterable[str]) -> None:
    HISTORIES.mkdir(exist_ok=True)
    async with laboratory() as lab:
        for name in wanted:
            run = await OUTCOMES[name](lab.case())
            (HISTORIES / f"{name}.json").write_text(recorded(run.id, await run.fetch_history()))


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or OUTCOMES))
    gc.collect()
