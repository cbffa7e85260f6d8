"""The bench's result as a table for people and a JSON file for programs. Measures nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.crowd import NextOrder
from bench.timings import Run, Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Caravan and the limit under the same load, measured one after the other."""

    next_order: NextOrder
    caravan: Run
    limit: Run

    @property
    def share(self) -> float:
        """Caravan's orders a second, as a share of the limit's."""
        return self.caravan.per_second / self.limit.per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one bench measured.

    Attributes:
        cpu_seconds_an_order: by process, over all of Caravan's loads.
        resting: resident MiB by process before the first order.
        loaded: resident MiB by process after the last.
    """

    pairs: Sequence[Pair]
    cpu_seconds_an_order: Mapping[str, float]
    limit_cpu_seconds_an_order: Mapping[str, float]
    resting: Mapping[str, float]
    loaded: Mapping[str, float]


def show(report: Report, console: Console) -> None:
    """Prints the tables."""
    speed = Table(
        "clients", "next when", "what", "orders/s", "answer p50/p95/p99 ms", "confirmed p50/p95/p99 ms", "of the limit"
    )
    for pair in report.pairs:
        for name, run in (("caravan", pair.caravan), ("limit", pair.limit)):
            share = f"{pair.share:.0%}" if name == "caravan" else ""
            speed.add_row(
                str(run.clients),
                pair.next_order,
                name,
                f"{run.per_second:.1f}",
                _text(run.answered),
                _text(run.finished),
                share,
            )
    console.print(speed)
    cost = Table("process", "CPU ms an order", "limit's", "MiB at rest", "MiB at the end")
    for name in report.loaded:
        cost.add_row(
            name,
            _milliseconds(report.cpu_seconds_an_order.get(name)),
            _milliseconds(report.limit_cpu_seconds_an_order.get(name)),
            f"{report.resting.get(name, 0):.0f}",
            f"{report.loaded[name]:.0f}",
        )
    console.print(cost)


def save(report: Report, path: Path) -> None:
    """Writes the same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shares = [
        {"clients": pair.caravan.clients, "next_order": pair.next_order, "share": pair.share} for pair in report.pairs
    ]
    path.write_text(json.dumps({**asdict(report), "shares": shares}, indent=2) + "\n")


def _text(spread: Spread) -> str:
    return f"{spread.p50:.0f} / {spread.p95:.0f} / {spread.p99:.0f}"


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{1000 * seconds:.1f}"
