"""`python -m bench.notifications`: starts a mail server that does nothing, measures against it, prints and saves it.

`python -m bench.notifications handing-over lanes` measures only what is named.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop
from rich.console import Console

from bench.notifications.handing_over import handing_over
from bench.notifications.lanes import critical_delay
from bench.notifications.null_server import null_server
from bench.notifications.report import Report, save, show

PARTS = ("handing-over", "lanes")
ROUNDS = 3
MAILS = 3000
KIBIBYTES = 16
CONNECTIONS = (2, 8, 12)
CRITICAL = 200
WAITING = (0, 100, 1000)
"""Standard mails that wait in one process: a batch of a campaign is no larger."""

RESULT = Path("bench/results/notifications.json")


async def _main(parts: Sequence[str]) -> None:
    console = Console()
    with null_server() as port:
        pairs = [
            await handing_over(port, MAILS, connections, KIBIBYTES)
            for connections in CONNECTIONS
            for _ in range(ROUNDS)
            if "handing-over" in parts
        ]
        delays = [await critical_delay(port, CRITICAL, waiting) for waiting in WAITING if "lanes" in parts]
    report = Report(handing_over=pairs, critical_delays=delays)
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1:] or PARTS))
