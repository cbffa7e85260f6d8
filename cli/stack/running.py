"""A stack that a program starts and takes with it: `caravan up` as a child, for tests and benches. Shows nothing."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cli.ready import Addresses, read_ready
from cli.stack.part import ROOT

START_WITHIN = 180.0
"""Seconds, a first download included."""
STOP_WITHIN = 20.0
BETWEEN_LOOKS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A stack that was started here.

    Attributes:
        process: the `caravan up`.
        output: the file with what it printed.
    """

    process: "subprocess.Popen[bytes]"
    data: Path
    ready: Path
    output: Path

    def addresses(self) -> Addresses:
        """Where everything is now: the ready file, read anew."""
        return read_ready(self.ready)

    def wait_until_ready(self) -> None:
        """Returns once the ready file is there; raises RuntimeError with what was printed when the start fails."""
        give_up = time.monotonic() + START_WITHIN
        while not self.ready.exists():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"`caravan up` did not get ready:\n{self.output.read_text(errors='replace')}")
            time.sleep(BETWEEN_LOOKS)

    def stop(self) -> int:
        """SIGTERM, then waits for the end; returns the exit code."""
        self.process.terminate()
        return self.process.wait(STOP_WITHIN)


def launch(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Running:
    """Starts `caravan up` on free ports and returns at once. `environment` comes on top of this process's own."""
    data.mkdir(parents=True, exist_ok=True)
    ready, output = data / "ready.json", data / "up.out"
    # One that a killed stack left behind is no news.
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "cli", "up", "--ports", "free", "--data", str(data), "--ready", str(ready)]
    with output.open("ab") as file:
        process = subprocess.Popen(
            [*command, "--attached", *flags],
            stdin=_lifeline(),
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
    return Running(process=process, data=data, ready=ready, output=output)


@cache
def _lifeline() -> int:
    """The end of a pipe to read from, made once. Nobody writes: the other end is closed when this process is gone."""
    read, _ = os.pipe()
    return read


@contextmanager
def started(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A stack that is ready, and stopped when the block is left."""
    running = launch(data, *flags, environment=environment)
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@asynccontextmanager
async def running_stack(*flags: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Addresses]:
    """A whole stack on a folder of its own, which is deleted in the end."""
    with tempfile.TemporaryDirectory(prefix="caravan-") as folder:
        context = started(Path(folder), *flags, environment=environment)
        running = await asyncio.to_thread(context.__enter__)
        try:
            yield running.addresses()
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)
