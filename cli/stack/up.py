"""A whole stack from start to end: lock, plan, start, ready file, and everything stopped again, whatever happens."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cli.errors import CommandFailed
from cli.ready import Addresses, write_ready
from cli.stack.choices import Only, PortChoice
from cli.stack.journal import Journal
from cli.stack.part import Part, Tier
from cli.stack.plan import Plan, plan
from cli.stack.ports import PortBook
from cli.stack.process.guard import Guard
from cli.stack.process.keeper import Keeper, Yard
from cli.stack.process.lock import lock_folder
from cli.stack.report import Report, Reports
from cli.stack.site import Site
from cli.stack.tools import Tools
from services.infra.settings import Settings

PATIENCE = {Tier.GATEWAY: 5.0, Tier.SERVICES: 5.0, Tier.SANDBOX: 1.0, Tier.SERVER: 3.0}
"""Seconds that each tier gets to end by itself, one tier after the other: below 15 together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for on the command line. Both paths are absolute."""

    data: Path
    ready: Path
    ports: PortChoice = PortChoice.DEFAULT
    only: Only = Only.EVERYTHING


class Stack:
    """The running parts. Between `start` and `stop` each one that ends is started again."""

    def __init__(self, wanted: Plan, order: Order, guard: Guard, report: Report) -> None:
        self._plan = wanted
        self._ready = order.ready
        yard = Yard(guard=guard, logs=order.data / "logs", report=report, changed=self.write)
        self._keepers = {part.name: Keeper(part, yard) for part in (*wanted.first, *wanted.then)}

    @property
    def addresses(self) -> Addresses:
        """Where everything is now."""
        pids = {name: keeper.pid for name, keeper in self._keepers.items()}
        return replace(self._plan.addresses, pids={name: pid for name, pid in pids.items() if pid})

    async def start(self) -> None:
        """Returns when all is ready and the ready file says so; raises CommandFailed when a part does not start."""
        self._ready.unlink(missing_ok=True)
        await self._start(self._plan.first)
        await self._start(self._plan.then)
        self.write()

    def write(self) -> None:
        """Brings the ready file up to date."""
        write_ready(self._ready, self.addresses)

    async def stop(self) -> None:
        """Stops the tiers one after the other, the last started first."""
        self._ready.unlink(missing_ok=True)
        for tier in sorted(PATIENCE, reverse=True):
            keepers = [keeper for keeper in self._keepers.values() if keeper.part.tier is tier]
            await asyncio.gather(*(keeper.stop(PATIENCE[tier]) for keeper in keepers))

    async def _start(self, parts: Sequence[Part]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self._keepers[part.name].start())
        except* CommandFailed as failures:
            raise CommandFailed(" ".join(str(failure) for failure in failures.exceptions)) from None


@asynccontextmanager
async def stack_up(order: Order, settings: Settings, screen: Report) -> AsyncIterator[Stack]:
    """A running stack; when the block is left, however, all of it is stopped.

    Raises:
        CommandFailed: it cannot start; nothing is left of it.
    """
    lock = lock_folder(order.data)
    try:
        site = Site(
            settings=settings, data=order.data, tools=Tools.of_this_machine(), ports=PortBook(choice=order.ports)
        )
        wanted = await asyncio.to_thread(plan, site, order.only)
        with Journal(order.data / "logs" / "up.log") as journal:
            guard = Guard(lock)
            await guard.start()
            stack = Stack(wanted, order, guard, Reports(journal, screen))
            try:
                await stack.start()
                yield stack
            finally:
                await stack.stop()
                await guard.stop()
    finally:
        with contextlib.suppress(OSError):
            os.close(lock)
