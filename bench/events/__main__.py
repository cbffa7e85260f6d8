"""`make bench-events`: starts the servers alone, measures relay and consumer on them, prints and saves it all.

`python -m bench.events speed latency backlog consumption` measures only what is named.
"""

import asyncio
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.events.consumption import consumption_speed
from bench.events.field import field_at
from bench.events.latency import lateness
from bench.events.relay import backlog, relay_speed
from bench.events.report import Report, save, show
from cli.stack.running import running_stack

PARTS = ("latency", "speed", "backlog", "consumption")
ROUNDS = 3
EVENTS = 5000
PER_SECOND = 50.0
SECONDS = 20.0
BACKLOG = 100_000
RESULT = Path("bench/results/events.json")


async def _main(parts: Sequence[str]) -> None:
    console = Console()
    async with running_stack("--only", "servers") as addresses, field_at(addresses) as field:
        report = Report(
            lateness=await lateness(field, PER_SECOND, SECONDS) if "latency" in parts else None,
            speeds=[await relay_speed(field, EVENTS, number) for number in range(ROUNDS)] if "speed" in parts else [],
            backlog=await backlog(field, BACKLOG) if "backlog" in parts else None,
            consumption=await consumption_speed(field, EVENTS) if "consumption" in parts else None,
        )
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:] or PARTS))
    gc.collect()
