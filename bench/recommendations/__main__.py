"""`make bench-recommendations`: what orders cost to be counted, how fast lists are made anew, how long shoppers wait.

`python -m bench.recommendations orders refresh shown [--orders N ...]` measures only what is named, in pasts of so many
orders; lists are made anew in the longest of them, of a tenth as many customers.
"""

import argparse
import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.recommendations.field import connected, field_with
from bench.recommendations.orders import order_costs
from bench.recommendations.refresh import refresh_speed
from bench.recommendations.report import Report, save, show
from bench.recommendations.shown import waits
from cli.stack.running import running_stack

PARTS: Final = ("orders", "refresh", "shown")
ORDERS: Final = (1000, 1_000_000)
RESULT: Final = Path("bench/results/recommendations.json")


async def _counters(parts: Sequence[str], pasts: Sequence[int], console: Console) -> Report:
    costs, refresh = [], None
    async with running_stack("--only", "servers") as addresses, connected(addresses) as client:
        for orders in sorted(pasts):
            console.print(f"a past of {orders} orders is filled in")
            field = await field_with(client, addresses.pids["mongo"], orders)
            costs += await order_costs(field) if "orders" in parts else []
            refresh = await refresh_speed(field) if "refresh" in parts and orders == max(pasts) else None
    return Report(orders=costs, refresh=refresh)


def _wishes(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.recommendations", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--orders", type=int, nargs="+", default=ORDERS, help="orders of each past")
    return parser.parse_args(arguments)


async def _main(wishes: argparse.Namespace) -> None:
    console = Console()
    shown = await waits() if "shown" in wishes.parts else []
    counted = Report()
    if {"orders", "refresh"} & set(wishes.parts):
        counted = await _counters(wishes.parts, wishes.orders, console)
    report = Report(orders=counted.orders, refresh=counted.refresh, shown=shown)
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    asyncio.run(_main(_wishes()))
    gc.collect()
