"""What was measured of notifications, as tables for people and a JSON file for programs. Measures nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.notifications.handing_over import HandingOver
from bench.notifications.lanes import Delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One bench. What was not measured is empty."""

    handing_over: Sequence[HandingOver] = ()
    critical_delays: Sequence[Delay] = ()


def show(report: Report, console: Console) -> None:
    """Prints what there is."""
    if report.handing_over:
        table = Table("connections", "KiB a mail", "lane/s", "bare aiosmtplib/s", "share", "CPU ms lane", "bare")
        for pair in report.handing_over:
            table.add_row(
                str(pair.connections),
                f"{pair.bytes_a_mail / 1024:.0f}",
                f"{pair.lane.a_second:.0f}",
                f"{pair.bare.a_second:.0f}",
                f"{pair.lane.a_second / pair.bare.a_second:.0%}",
                f"{pair.lane.cpu_milliseconds:.2f}",
                f"{pair.bare.cpu_milliseconds:.2f}",
            )
        console.print(table)
    for delay in report.critical_delays:
        spread = delay.critical
        console.print(
            f"a critical mail beside {delay.waiting} standard ones that wait in its process:"
            f" {spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f} ms (p50/p95/p99)"
        )


def save(report: Report, path: Path) -> None:
    """Writes the figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(report), indent=2) + "\n")
