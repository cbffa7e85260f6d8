"""Kills a part of a stack when so much is done, knows when the supervisor has brought it back, and stops parts a while.

A part is a process of the stack, by its name in the ready file.
"""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.stack import Stack

BACK_WITHIN = 60.0
BETWEEN_LOOKS = 0.2


class Progress:
    """How many answers have come."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = asyncio.Condition()

    async def step(self) -> None:
        """One more."""
        async with self._changed:
            self._count += 1
            self._changed.notify_all()

    async def reached(self, count: int) -> None:
        """Returns once so many have come."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._count >= count)


async def kill_services_at(stack: Stack, progress: Progress, *counts: int) -> int:
    """Kills the process with SIGKILL each time so many answers have come; answers how often it did."""
    for count in counts:
        await progress.reached(count)
        await kill(stack, "services")
    return len(counts)


async def kill(stack: Stack, part: str) -> None:
    """Ends it as a crash would; returns when the stack has it back, ready."""
    pid = stack.addresses().pids[part]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + BACK_WITHIN
    # The ready file is written anew after each restart.
    while stack.addresses().pids[part] == pid:
        assert time.monotonic() < deadline, f"{part} did not come back"
        await asyncio.sleep(BETWEEN_LOOKS)


@contextmanager
def standing_still(stack: Stack, part: str) -> Iterator[None]:
    """Meanwhile it does nothing and answers nobody: as if it hung, or its machine were not to be reached."""
    pid = stack.addresses().pids[part]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
