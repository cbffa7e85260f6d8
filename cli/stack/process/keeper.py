"""Keeps one part of the stack running: starts it, waits until it is of use, starts it again whenever it ends."""

import asyncio
import contextlib
import re
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandFailed
from cli.stack.checks import reason
from cli.stack.part import HOST, Part
from cli.stack.process.child import Child, last_words
from cli.stack.process.guard import Guard
from cli.stack.report import Report, State
from cli.stack.tools import Kind

READY_WITHIN = 120.0
GIVEN_READY_WITHIN = 10.0
CHECK_WITHIN = 15.0
BETWEEN_CHECKS = 0.05
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
HEALTHY_AFTER = 30.0
"""Seconds. After so long a life the next end counts as the first."""
OUR_PORT = re.compile(re.escape(HOST) + r":(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """What all keepers of a stack share. `changed` is called when a part is back as another process."""

    guard: Guard
    logs: Path
    report: Report
    changed: Callable[[], None]


class Keeper:
    """One part, from `start` until `stop`."""

    def __init__(self, part: Part, yard: Yard) -> None:
        self.part = part
        self._yard = yard
        self._log = yard.logs / f"{part.name}.log"
        self._child: Child | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that this stack started; None when there is none."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Returns when the part is ready and from then on kept; raises CommandFailed when it does not get there."""
        if self.part.source.kind is Kind.ADDRESS:
            await self._given()
            return
        self._tell(State.READY, await self._once())
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.part.name}")

    async def stop(self, patience: float) -> None:
        """Ends the process; it gets that many seconds to do so by itself."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self._child:
            await self._child.stop(patience)
            self._tell(State.STOPPED, "")

    async def _given(self) -> None:
        self._tell(State.STARTING, self.part.source.text())
        try:
            self._tell(State.READY, await asyncio.wait_for(self.part.check(), GIVEN_READY_WITHIN))
        except Exception as failure:
            raise CommandFailed(
                f"{self.part.title} at the address given by {self.part.source.name} is of no use: {reason(failure)}. "
                "Start it, correct the address, or unset the variable to have one started here."
            ) from failure

    async def _once(self) -> str:
        """One start. Returns what the part says of itself."""
        self._tell(State.PREPARING, self.part.source.text())
        try:
            launch = await self.part.launch(lambda note: self._tell(State.PREPARING, note))
            self._tell(State.STARTING, self.part.source.text())
            self._child = await Child.start(launch, self._log, self._yard.guard)
        except OSError as failure:
            raise CommandFailed(f"{self.part.title} cannot be started: {reason(failure)}.") from failure
        return await self._until_ready(self._child)

    async def _until_ready(self, child: Child) -> str:
        give_up = time.monotonic() + READY_WITHIN
        while True:
            check = asyncio.create_task(asyncio.wait_for(self._check(), CHECK_WITHIN))
            try:
                await asyncio.wait({check, child.ended}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                check.cancel()
                await asyncio.wait({check})
            if child.ended.done():
                raise CommandFailed(
                    f"{self.part.title} ended while it started ({ending(child.ended.result())}). {self._see()}"
                )
            failure = None if check.cancelled() else check.exception()
            if failure is None and not check.cancelled():
                return check.result()
            if time.monotonic() > give_up:
                raise CommandFailed(f"{self.part.title} did not get ready in time: {reason(failure)}. {self._see()}")
            await asyncio.wait({child.ended}, timeout=BETWEEN_CHECKS)

    async def _check(self) -> str:
        # A driver takes long to notice that nobody listens yet; a connection tells at once.
        port = OUR_PORT.search(self.part.address)
        if port:
            with socket.create_connection((HOST, int(port.group(1))), timeout=1):
                pass
        return await self.part.check()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while self._child:
            ready_at = time.monotonic()
            await asyncio.wait({self._child.ended})
            if time.monotonic() - ready_at > HEALTHY_AFTER:
                pause = FIRST_PAUSE
            pause = await self._again(pause)

    async def _again(self, pause: float) -> float:
        """Starts the part until it is ready once more. Returns the pause before the next start."""
        why = f"ended ({ending(self._child.ended.result())})" if self._child else "did not start"
        while True:
            self._tell(State.DOWN, f"{why}; starts again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                said = await self._once()
            except CommandFailed as failure:
                why = str(failure)
                if self._child:
                    await self._child.stop(0)
                continue
            try:
                self._yard.changed()
            except OSError as failure:
                said = f"{said} (but the ready file cannot be written: {reason(failure)})"
            self._tell(State.READY, f"back {said}".strip())
            return pause

    def _tell(self, state: State, note: str) -> None:
        self._yard.report.state(self.part, state, note)

    def _see(self) -> str:
        said = last_words(self._log)
        return (f"Its last words: {said} " if said else "") + f"Its log: {self._log}"


def ending(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit code {status}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-status).name}"
    return f"killed by signal {-status}"
