"""`make bench-api`: starts a stack of its own, reads from it and from baselines, prints and saves it all."""

import asyncio
import gc
from pathlib import Path

from rich.console import Console

from bench.api.load import Load, Measured, measured, steadily
from bench.api.report import Report, save, show
from bench.api.requests import Requests, requests_to
from cli.stack.running import running_stack
from services.infra.settings import Settings

CLIENTS = (1, 8)
SECONDS = 8.0
FEW = 2
"""Clients that leave the machine some room, so that what logins add is seen and not the queue."""

LOGINS_PER_SECOND = 10.0
PAIRS = 2
RESULT = Path("bench/results/api.json")
UNLIMITED = {
    "CARAVAN_LIMITS__BUDGET": str(10**9),
    "CARAVAN_LIMITS__BUDGET_REFILL": str(10**9),
    # What an answer costs to make: that of a kept one is measured by `make bench-cache`.
    "CARAVAN_CACHE__ENABLED": "false",
}
"""One address asks for more than any caller may."""


async def _reads(requests: Requests, pids: dict[str, int], console: Console) -> list[Measured]:
    found = []
    for name, send in requests.by_name().items():
        for clients in CLIENTS:
            console.print(f"{name}, {clients} at a time")
            found.append(await measured(Load(name=name, send=send, clients=clients, seconds=SECONDS), pids))
    return found


async def _beside(requests: Requests, pids: dict[str, int]) -> tuple[Measured, Measured]:
    load = Load(name="products", send=requests.products, clients=FEW, seconds=SECONDS)
    calm = await measured(load, pids)
    logins = asyncio.create_task(steadily(requests.login, LOGINS_PER_SECOND))
    try:
        return calm, await measured(load, pids)
    finally:
        logins.cancel()
        await asyncio.wait([logins])


async def _main() -> None:
    console = Console()
    password = Settings().accounts.ops_password.get_secret_value()
    async with (
        running_stack(environment=UNLIMITED) as addresses,
        requests_to(addresses.graphql, password) as (requests, echo_pid),
    ):
        pids = {name: addresses.pids[name] for name in ("gateway", "services", "mongo", "temporal")}
        reads = await _reads(requests, pids | {"echo": echo_pid}, console)
        console.print(f"products beside {LOGINS_PER_SECOND:.0f} logins a second")
        pairs = [await _beside(requests, pids) for _ in range(PAIRS)]
    quiet, beside = zip(*pairs, strict=True)
    report = Report(reads=reads, quiet=quiet, beside=beside, logins_per_second=LOGINS_PER_SECOND)
    show(report, console)
    save(report, RESULT)
    console.print(f"saved to {RESULT}")


if __name__ == "__main__":
    asyncio.run(_main())
    gc.collect()
