"""One child process: in a process group of its own, known to the guardian from birth, its output in a log file."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from cli.stack.part import Launch
from cli.stack.process.guard import Guard

BIRTH = 'echo "add $$" >&0 && exec "$@" </dev/null'
"""The child names itself to the guardian (its standard input is the guardian's pipe) before it becomes its program:
whenever the parent dies, no child is unknown. The pipe is let go with that, so that only the parent holds it."""
LARGEST_LOG = 20_000_000
"""Bytes. A log beyond it is put aside at the next start, one generation."""


class Child:
    """A running process. `ended` is done when it has ended, with its exit status."""

    def __init__(self, process: asyncio.subprocess.Process, guard: Guard) -> None:
        self._process = process
        self._guard = guard
        self.pid = process.pid
        self.ended = asyncio.create_task(self._wait(), name=f"child {process.pid}")

    @classmethod
    async def start(cls, launch: Launch, log: Path, guard: Guard) -> "Child":
        """Starts the process; a program that cannot be started shows as a child that ends at once."""
        _turn_over(log)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                "/bin/sh",
                "-c",
                BIRTH,
                "sh",
                *launch.argv,
                stdin=guard.pipe,
                stdout=output,
                stderr=output,
                env=os.environ | dict(launch.environment),
                # No session of its own: Linux weighs sessions against each other, so that a thread that gives way would
                # do so within its own process alone.
                process_group=0,
            )
        guard.add(process.pid)
        return cls(process, guard)

    async def stop(self, patience: float) -> None:
        """Asks it to end, waits that many seconds, then kills it and whatever it started."""
        self.signal(signal.SIGTERM)
        await asyncio.wait({self.ended}, timeout=patience)
        self.signal(signal.SIGKILL)
        await asyncio.wait({self.ended})

    def signal(self, number: signal.Signals) -> None:
        """To the whole group; nothing happens when it is gone."""
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    async def _wait(self) -> int:
        status = await self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._guard.drop(self.pid)
        return status


def _turn_over(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(log.suffix + ".1"))


def last_words(log: Path) -> str:
    """The last line of a log that says something, cut to a readable length; empty when there is none."""
    with contextlib.suppress(OSError):
        lines = [line.strip() for line in log.read_text(errors="replace")[-8000:].splitlines()]
        return next((line[:300] for line in reversed(lines) if line), "")
    return ""
