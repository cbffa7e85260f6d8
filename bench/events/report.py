"""What was measured of events, as a table for people and a JSON file for programs. Measures nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.events.consumption import ConsumptionSpeed
from bench.events.latency import Lateness
from bench.events.relay import Backlog, RelaySpeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One bench of events. What was not measured is empty or None."""

    speeds: Sequence[RelaySpeed] = ()
    lateness: Lateness | None = None
    backlog: Backlog | None = None
    consumption: ConsumptionSpeed | None = None


def show(report: Report, console: Console) -> None:
    """Prints what there is."""
    if report.speeds:
        table = Table("events", "relay/s", "bare producer/s", "share", "database alone/s", "share")
        for speed in report.speeds:
            table.add_row(
                str(speed.events),
                f"{speed.relay:.0f}",
                f"{speed.producer:.0f}",
                f"{speed.relay / speed.producer:.0%}",
                f"{speed.database:.0f}",
                f"{speed.relay / speed.database:.0%}",
            )
        console.print(table)
    if report.lateness is not None:
        spread = report.lateness.spread
        console.print(
            f"commit to consumer at {report.lateness.per_second:.0f} events/s:"
            f" {spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f} ms (p50/p95/p99)"
        )
    if report.backlog is not None:
        console.print(
            f"a backlog of {report.backlog.events}: {report.backlog.seconds:.0f} s,"
            f" {report.backlog.mebibytes_more:.0f} MiB more than at rest"
        )
    if report.consumption is not None:
        found = report.consumption
        console.print(
            f"consumer with receipts: {found.consumer:.0f} events/s ({found.consumer / found.bare:.0%} of bare"
            f" transactions, {found.bare:.0f}/s); one event a transaction: {found.alone:.0f}/s"
            f" ({found.alone / found.bare:.0%})"
        )


def save(report: Report, path: Path) -> None:
    """Writes the same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(report), indent=2) + "\n")
