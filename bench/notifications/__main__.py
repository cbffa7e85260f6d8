"""`python -m bench.notifications [PARTS] [--mails N] [--rate N]`: measures against a mail server that does nothing.

Parts: `handing-over` and `lanes` (no stack), `critical` and `campaign` (a whole stack of its own each).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console

from bench.notifications.campaign import Measured, measured_campaign
from bench.notifications.critical import DOMAIN, Lateness, critical_lateness
from bench.notifications.field import field_with
from bench.notifications.handing_over import HandingOver, bare_pool, handing_over
from bench.notifications.lanes import Delay, critical_delay
from bench.notifications.null_server import null_server, telling_server
from bench.notifications.report import Report, save, show

PARTS: Final = ("handing-over", "lanes", "critical", "campaign")
QUICK: Final = PARTS[:2]
ROUNDS: Final = 3
MAILS: Final = 3000
KIBIBYTES: Final = 16
CONNECTIONS: Final = (2, 8, 12)
CRITICAL: Final = 200
WAITING: Final = (0, 100, 1000)
"""Standard mails that wait in one process: a batch of a campaign is no larger."""

QUEUED: Final = 10_000
FULL_SPEED: Final = 100_000
ORDERS: Final = 40

RESULT: Final = Path("bench/results/notifications.json")


async def _handing_over(port: int) -> list[HandingOver]:
    return [
        await handing_over(port, MAILS, connections, KIBIBYTES) for connections in CONNECTIONS for _ in range(ROUNDS)
    ]


async def _lanes(port: int) -> list[Delay]:
    return [await critical_delay(port, CRITICAL, waiting) for waiting in WAITING]


async def _campaign(port: int, mails: int, rate: float) -> list[Measured]:
    bare = await bare_pool(port, MAILS, CONNECTIONS[-1], KIBIBYTES)
    async with field_with(port, rate) as place:
        return [await measured_campaign(place, mails, bare)]


async def _critical(mails: int, rate: float, orders: int) -> list[Lateness]:
    async with telling_server(DOMAIN) as server, field_with(server.port, rate) as place:
        return await critical_lateness(place, server.answered, orders, mails)


def _wishes(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.notifications", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=PARTS, default=QUICK)
    parser.add_argument("--mails", type=int, default=QUEUED, help="recipients of the campaign")
    parser.add_argument("--rate", type=float, default=FULL_SPEED, help="mails a second that a campaign may send")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders, of three critical mails each")
    return parser.parse_args(arguments)


async def _main(wishes: argparse.Namespace) -> None:
    console, parts = Console(), wishes.parts
    with null_server() as port:
        report = Report(
            handing_over=await _handing_over(port) if "handing-over" in parts else (),
            critical_delays=await _lanes(port) if "lanes" in parts else (),
            critical=await _critical(wishes.mails, wishes.rate, wishes.orders) if "critical" in parts else (),
            campaigns=await _campaign(port, wishes.mails, wishes.rate) if "campaign" in parts else (),
        )
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    uvloop.run(_main(_wishes()))
