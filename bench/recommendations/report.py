"""What was measured of recommendations, as tables for people and a JSON file for programs. Measures nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.api.load import Measured
from bench.recommendations.orders import OrderCost
from bench.recommendations.refresh import Refresh
from bench.timings import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One bench. What was not measured is empty or None."""

    orders: Sequence[OrderCost] = ()
    refresh: Refresh | None = None
    shown: Sequence[Measured] = ()


def show(report: Report, console: Console) -> None:
    """Prints what there is."""
    if report.orders:
        console.print(_orders(report.orders))
    if report.refresh is not None:
        found = report.refresh
        console.print(
            f"refresh of {found.customers} customers: {found.first:.0f}/s where there was no list,"
            f" {found.again:.0f}/s where nothing has changed; bare reads and writes of the same documents"
            f" {found.bare:.0f}/s; {found.mebibytes_more:.0f} MiB more than before; CPU of a new list"
            f" {found.cpu_milliseconds['making']:.1f} ms, of the database {found.cpu_milliseconds['database']:.1f} ms"
        )
    if report.shown:
        console.print(_shown(report.shown))


def save(report: Report, path: Path) -> None:
    """Writes the same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(report), indent=2) + "\n")


def _orders(costs: Sequence[OrderCost]) -> Table:
    table = Table("orders before", "of", "one order, p50 / p95 / p99 ms", "of 50 at once, ms", "CPU ms: ours, database")
    for cost in costs:
        cpu = f"{cost.cpu_milliseconds['counting']:.1f} {cost.cpu_milliseconds['database']:.1f}"
        table.add_row(str(cost.history), cost.buyer, _spread(cost.milliseconds), f"{cost.together:.1f}", cpu)
    return table


def _shown(loads: Sequence[Measured]) -> Table:
    table = Table(
        "request, not kept", "clients", "requests/s", "p50 / p95 / p99 ms", "CPU ms: gateway, services, database"
    )
    for run in loads:
        cpu = " ".join(f"{run.cpu_milliseconds[part]:.1f}" for part in ("gateway", "services", "mongo"))
        table.add_row(run.name, str(run.clients), f"{run.per_second:.0f}", _spread(run.milliseconds), cpu)
    return table


def _spread(spread: Spread) -> str:
    return f"{spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f}"
