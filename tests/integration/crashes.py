"""Kills the services' process when so many answers have come, and knows when the supervisor has brought it back."""

import asyncio
import os
import signal
import time

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
        pid = stack.addresses().pids["services"]
        os.kill(pid, signal.SIGKILL)
        await _back(stack, pid)
    return len(counts)


async def _back(stack: Stack, dead: int) -> None:
    """The ready file is written anew after each restart."""
    deadline = time.monotonic() + BACK_WITHIN
    while stack.addresses().pids["services"] == dead:
        assert time.monotonic() < deadline, "the services' process did not come back"
        await asyncio.sleep(BETWEEN_LOOKS)
