"""The parent's side of the guardian: starts it, names the children to it, replaces it should it die."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

BETWEEN_GUARDIANS = 0.2
SCRIPT = Path(__file__).with_name("guardian.py")


class Guard:
    """Holds the pipe whose end means death to all children. A child gets `pipe` as its standard input at birth."""

    def __init__(self, lock: int) -> None:
        """`lock` is the descriptor of the lock on the data folder, which the guardian shares."""
        self._lock = lock
        self._groups: set[int] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.pipe = -1

    async def start(self) -> None:
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name="guard")

    def add(self, group: int) -> None:
        """A child says so itself before it becomes its program; here it is noted for a later guardian."""
        self._groups.add(group)

    def drop(self, group: int) -> None:
        """The group is gone; its number may come to belong to somebody else."""
        self._groups.discard(group)
        self._write(f"drop {group}")

    async def stop(self) -> None:
        """Lets the guardian end. It kills what was not dropped."""
        if self._keeper:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        if self._process:
            os.close(self.pipe)
            await self._process.wait()
            self._process = None

    async def _spawn(self) -> None:
        read, self.pipe = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                str(SCRIPT),
                stdin=read,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(self._lock,),
                start_new_session=True,
            )
        finally:
            os.close(read)
        for group in self._groups:
            self._write(f"add {group}")

    async def _keep(self) -> None:
        while self._process:
            await self._process.wait()
            os.close(self.pipe)
            await self._spawn()
            # One that cannot live must not be started without a breath.
            await asyncio.sleep(BETWEEN_GUARDIANS)

    def _write(self, line: str) -> None:
        # A dead guardian is replaced by `_keep`, which tells the new one everything.
        with contextlib.suppress(BrokenPipeError):
            os.write(self.pipe, f"{line}\n".encode())
