"""What the cache's bench found, as tables for people and JSON for programs. Measures nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.cache.mix import Mix
from bench.cache.reads import Read
from bench.cache.server import Lateness, Room
from bench.timings import Spread

PARTS: Final = ("gateway", "services", "mongo", "redis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it.

    Attributes:
        mixes: by the gateway that they were on.
        grown: what Redis holds more after each than before.
    """

    products: int
    reads: Sequence[Read]
    mixes: Mapping[str, Mix]
    grown: Mapping[str, Room]
    lateness: Sequence[Lateness]


def show(report: Report, console: Console) -> None:
    """Prints the tables."""
    table = Table("20 products", "clients", "from", "requests/s", "p50 / p95 / p99 ms", f"CPU ms: {', '.join(PARTS)}")
    for read in report.reads:
        run = read.load
        costs = " ".join(f"{run.cpu_milliseconds[part]:.2f}" for part in PARTS)
        sources = ", ".join(f"{name} {number}" for name, number in sorted(read.sources.items()))
        answers = (sources, f"{run.per_second:.0f}", _spread(run.milliseconds))
        table.add_row(run.name, str(run.clients), *answers, costs)
    console.print(table)
    if report.mixes:
        table = Table("19 pages, 1 order", *report.mixes)
        for what, values in _rows(list(report.mixes.values())).items():
            table.add_row(what, *values)
        console.print(table)
    for name, room in report.grown.items():
        console.print(f"{name}: Redis holds {room.keys} keys and {room.mebibytes:.1f} MiB more than before")
    for late in report.lateness:
        console.print(
            f"{late.consumer}: {late.events} events dropped, half within {late.p50} s, 99 % within {late.p99} s"
        )


def save(report: Report, path: Path) -> None:
    """Writes the same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(report), indent=2) + "\n")


def _rows(mixes: Sequence[Mix]) -> dict[str, list[str]]:
    kinds = sorted({kind for mix in mixes for kind in mix.hits})
    return {
        "pages, orders, changes of stock": [f"{mix.pages}, {mix.orders}, {mix.changes}" for mix in mixes],
        "wishes/s": [f"{mix.per_second:.0f}" for mix in mixes],
        "a page, p50 / p95 / p99 ms": [_spread(mix.read) for mix in mixes],
        "an order, p50 / p95 / p99 ms": [_spread(mix.bought) for mix in mixes],
        **{f"kept ones: {kind}": [f"{mix.hits.get(kind, 0):.1%}" for mix in mixes] for kind in kinds},
        "pages that showed older stock": [f"{mix.stale:.2%}" for mix in mixes],
        "how old, p50 / p95 / p99 of all ms": [_spread(mix.staleness) for mix in mixes],
        "the oldest, ms": [f"{mix.oldest:.0f}" for mix in mixes],
    }


def _spread(spread: Spread) -> str:
    return f"{spread.p50:.1f} / {spread.p95:.1f} / {spread.p99:.1f}"
