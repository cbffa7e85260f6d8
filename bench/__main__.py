"""`make bench`: starts a stack of its own, loads it, loads the limit beside it, prints and saves the figures."""

import asyncio
import gc
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from bench.crowd import Load, NextOrder, measure
from bench.noop_load import NoopLoad, noop_load
from bench.report import Pair, Report, save, show
from bench.shop_load import ShopLoad, shop_load
from bench.timings import cpu_seconds, resident_mebibytes
from cli.ready import Addresses
from cli.stack.running import running_stack
from services.infra.settings import Settings

LOADS = (
    Load(clients=1, orders=60),
    Load(clients=8, orders=240),
    Load(clients=20, orders=240),
    Load(clients=1, orders=40, next_order=NextOrder.FINISHED),
    Load(clients=8, orders=160, next_order=NextOrder.FINISHED),
)
WARM_UP = Load(clients=4, orders=40)
RESULT = Path("bench/results/latest.json")

Costs = dict[str, float]


class Bench:
    """One bench: both loads on one stack, in turn, with what they cost."""

    def __init__(self, addresses: Addresses, shop: ShopLoad, noop: NoopLoad) -> None:
        self._shop = shop
        self._noop = noop
        self._pids = dict(addresses.pids)
        self._limit_pids = {"temporal": self._pids["temporal"], "services": noop.worker_pid}
        self._cost: Costs = {}
        self._limit_cost: Costs = {}
        self._orders = 0

    async def run(self, console: Console) -> Report:
        """Warms both up, then measures each load, Caravan first and the limit right after."""
        resting = resident_mebibytes(self._pids)
        await measure(self._shop.place_one, WARM_UP)
        await measure(self._noop.place_one, WARM_UP)
        pairs = []
        for load in LOADS:
            console.print(f"{load.orders} orders by {load.clients} at a time, the next when {load.next_order}")
            pairs.append(await self._pair(load))
            self._orders += load.orders
        return Report(
            pairs=pairs,
            cpu_seconds_an_order={name: spent / self._orders for name, spent in self._cost.items()},
            limit_cpu_seconds_an_order={name: spent / self._orders for name, spent in self._limit_cost.items()},
            resting=resting,
            loaded=resident_mebibytes(self._pids),
        )

    async def _pair(self, load: Load) -> Pair:
        before = cpu_seconds(self._pids)
        caravan = await measure(self._shop.place_one, load)
        _add(self._cost, before, cpu_seconds(self._pids))
        before = cpu_seconds(self._limit_pids)
        limit = await measure(self._noop.place_one, load)
        _add(self._limit_cost, before, cpu_seconds(self._limit_pids))
        return Pair(next_order=load.next_order, caravan=caravan, limit=limit)


def _add(costs: Costs, before: Mapping[str, float], after: Mapping[str, float]) -> None:
    for name, spent in after.items():
        costs[name] = costs.get(name, 0) + spent - before[name]


async def _main() -> None:
    console = Console()
    password = Settings().accounts.ops_password.get_secret_value()
    async with (
        running_stack() as addresses,
        shop_load(addresses, password) as shop,
        noop_load(addresses.temporal) as noop,
    ):
        report = await Bench(addresses, shop, noop).run(console)
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    asyncio.run(_main())
    gc.collect()
