"""Ways in which the weekly campaign can go, played once each: what the recorded histories are histories of.

`python -m tests.recommendations.outcomes` records them anew; `tests/workflows/record.py` says when that is right.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.recommendations.lab import Run, Week, laboratory
from tests.workflows.record import recorded

HISTORIES = Path(__file__).with_name("histories")
BEFORE = Path(__file__).with_name("histories_before")
"""Of runs that told everybody of what was trending; such runs may still be under way."""

Play = Callable[[Week], Awaitable[Run]]


async def told_to_customers(week: Week) -> Run:
    week.invite(3)
    week.trending("pen", "ink")
    week.recommended("u00001", "ink", "gone")
    return await ended(await week.start())


async def nothing_to_tell(week: Week) -> Run:
    return await ended(await week.start())


async def ended(run: Run) -> Run:
    await run.result()
    return run


OUTCOMES: dict[str, Play] = {"told_to_customers": told_to_customers, "nothing_to_tell": nothing_to_tell}


async def record() -> None:
    HISTORIES.mkdir(exist_ok=True)
    for name, play in OUTCOMES.items():
        async with laboratory() as week:
            run = await play(week)
            (HISTORIES / f"{name}.json").write_text(recorded(run.id, await run.fetch_history()))


if __name__ == "__main__":
    asyncio.run(record())
    gc.collect()
