"""How many orders are being placed at once: a flood waits at the door, where it costs nothing. Knows no order.

More at once would not make any of them faster: all would pass their deadline together, and be asked for again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.errors import Busy


class Admission:
    """Lets `at_once` callers in; the others wait in the order of their coming, at most `patience` seconds."""

    def __init__(self, at_once: int, patience: float) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._patience = patience

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """A place for the block. Raises Busy when none was free in time: nothing was begun then."""
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            raise Busy("orders", "too many at once") from None
        try:
            yield
        finally:
            self._slots.release()
