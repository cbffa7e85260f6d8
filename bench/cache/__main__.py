"""`make bench-cache`: one page kept and not kept, then a crowd that reads and buys, on a stack of its own.

`python -m bench.cache reads` and `python -m bench.cache mix` measure one of both.
"""

import asyncio
import gc
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.cache.gateways import gateway_without_cache
from bench.cache.mix import Mix, measured_mix
from bench.cache.reads import Place, measured_reads
from bench.cache.report import Report, save, show
from bench.cache.server import Room, lateness_at, room_in
from bench.cache.shop import opened_shop
from bench.cache.truth import heard_truth
from cli.stack.running import running_stack
from services.infra.settings import Settings

PARTS: Final = ("reads", "mix")
PRODUCTS: Final = 1_000
READ_SECONDS: Final = 8.0
MIX_SECONDS: Final = 40.0
CLIENTS: Final = 8
RESULT: Final = Path("bench/results/cache.json")
SETTINGS: Final = {
    "CARAVAN_LIMITS__BUDGET": str(10**9),
    "CARAVAN_LIMITS__BUDGET_REFILL": str(10**9),
    "CARAVAN_CACHE__ENABLED": "true",
}
"""One address asks for more than any caller may."""


async def _main(parts: Collection[str]) -> None:
    console = Console()
    password = Settings().accounts.ops_password.get_secret_value()
    async with (
        running_stack(environment=SETTINGS) as addresses,
        opened_shop(addresses, password, PRODUCTS) as shop,
        heard_truth(addresses.kafka) as truth,
        gateway_without_cache(addresses, SETTINGS) as (uncached, pid),
    ):
        pids = {name: addresses.pids[name] for name in ("gateway", "services", "mongo", "redis")}
        reads, grown = [], dict[str, Room]()
        if "reads" in parts:
            console.print("one page of products")
            keeping = Place(url=addresses.graphql, pids=pids)
            reads = await measured_reads(keeping, Place(url=uncached, pids=pids | {"gateway": pid}), READ_SECONDS)
        mixes = dict[str, Mix]()
        if "mix" in parts:
            for name, url in (("cache", addresses.graphql), ("no cache", uncached)):
                console.print(f"{CLIENTS} people read and buy: {name}")
                before = await room_in(addresses.redis)
                mixes[name] = await measured_mix(shop, url, truth, CLIENTS, MIX_SECONDS)
                grown[name] = (await room_in(addresses.redis)).less(before)
        lateness = await lateness_at(addresses.services)
    report = Report(products=PRODUCTS, reads=reads, mixes=mixes, grown=grown, lateness=lateness)
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:] or PARTS))
    gc.collect()
