"""What the API's bench found, as tables for people and JSON for programs. Measures nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.api.load import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All loads.

    Attributes:
        reads: in the order in which they were measured.
        quiet: products by a few clients, alone; one for each of `beside`.
        beside: the same while others sign in.
        logins_per_second: how many did.
    """

    reads: Sequence[Measured]
    quiet: Sequence[Measured]
    beside: Sequence[Measured]
    logins_per_second: float

    @property
    def slowdown(self) -> float:
        """How much longer a request takes beside the logins, by the median of each run; 0.2 is 20 %."""
        pairs = list(zip(self.quiet, self.beside, strict=True))
        return sum(busy.milliseconds.p50 / calm.milliseconds.p50 for calm, busy in pairs) / len(pairs) - 1


def show(report: Report, console: Console) -> None:
    """Prints the tables."""
    table = Table(
        "request", "clients", "requests/s", "p50 / p95 / p99 ms", "CPU ms: gateway, services, MongoDB, Temporal"
    )
    for run in report.reads:
        _row(table, run.name, run)
    for calm, busy in zip(report.quiet, report.beside, strict=True):
        _row(table, "products, alone", calm)
        _row(table, f"products, beside {report.logins_per_second:.0f} logins/s", busy)
    console.print(table)
    console.print(f"beside logins a request takes {report.slowdown:+.0%}")


def save(report: Report, path: Path) -> None:
    """Writes the same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**asdict(report), "slowdown": report.slowdown}, indent=2) + "\n")


def _row(table: Table, name: str, run: Measured) -> None:
    spread = run.milliseconds
    costs = " ".join(
        f"{run.cpu_milliseconds.get(part, 0):.1f}" for part in ("gateway", "services", "mongo", "temporal")
    )
    table.add_row(
        name,
        str(run.clients),
        f"{run.per_second:.0f}",
        f"{spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f}",
        costs,
    )
