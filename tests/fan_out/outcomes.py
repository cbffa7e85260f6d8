"""Every way in which people can be told of an event, played once each: what the recorded histories are histories of.

`python -m tests.fan_out.outcomes [NAME ...]` records them anew; `tests/workflows/record.py` says when that may be done.
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from temporalio.client import WorkflowFailureError

from services.notifications.deliveries import AddressRefused, ContentRefused, TryAgain
from tests.fan_out.lab import LOCAL, REMOTE, Case, Lab, Run, laboratory
from tests.workflows.record import recorded

HISTORIES = Path(__file__).with_name("histories")

Play = Callable[[Lab, Case], Awaitable[Run]]


async def told(lab: Lab, case: Case) -> Run:
    await case.tell()
    run = await lab.same_people(case).start()
    await run.result()
    return run


async def contact_asked_for(_: Lab, case: Case) -> Run:
    await case.tell(LOCAL)
    return case.run


async def contact_asked_for_elsewhere(_: Lab, case: Case) -> Run:
    run = await case.start(REMOTE)
    await run.result()
    return run


async def tried_again_later(_: Lab, case: Case) -> Run:
    case.people.answers += [TryAgain(detail="greylisted"), TryAgain(detail="greylisted")]
    run = await case.start()
    await run.result()
    return run


async def skipped(_: Lab, case: Case) -> Run:
    case.people.answers.append(AddressRefused(detail="no such user"))
    run = await case.start()
    await run.result()
    return run


async def failed_and_sent_again(lab: Lab, case: Case) -> Run:
    case.people.answers.append(ContentRefused(detail="looks like spam"))
    await case.tell()
    again = lab.same_people(case)
    await again.redo((await case.message()).id)
    return again.run


async def nobody_told(_: Lab, case: Case) -> Run:
    run = await case.start(data={"orderId": "o1", "customerId": "a stranger"})
    await run.result()
    return run


async def impossible(_: Lab, case: Case) -> Run:
    run = await case.start(data={"orderId": "o1"})
    try:
        await run.result()
    except WorkflowFailureError:
        return run
    raise AssertionError("it was told of")


OUTCOMES: dict[str, Play] = {
    play.__name__: play
    for play in (
        told,
        contact_asked_for,
        contact_asked_for_elsewhere,
        tried_again_later,
        skipped,
        failed_and_sent_again,
        nobody_told,
        impossible,
    )
}


async def record(wanted: Iterable[str]) -> None:
    HISTORIES.mkdir(exist_ok=True)
    async with laboratory() as lab:
        for name in wanted:
            run = await OUTCOMES[name](lab, await lab.case())
            (HISTORIES / f"{name}.json").write_text(recorded(run.id, await run.fetch_history()))


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or OUTCOMES))
    gc.collect()
