"""When what waits goes to Kafka: at once after a rest, else all of it together every so often. Sends nothing."""

import asyncio
import math


class Departures:
    """Shared by all that send from one process, so that whatever they have goes in one request.

    A request costs a broker, and everybody who waits for its records, far more than a record does.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        # Long ago, so that the first one is at once.
        self._last = -math.inf
        self._waiting: asyncio.Event | None = None

    async def next(self) -> None:
        """Returns at the next departure, `every` seconds after the last: for all who wait for it, at one moment."""
        loop = asyncio.get_running_loop()
        due = self._last + self._every
        if self._waiting is None and due <= loop.time():
            self._last = loop.time()
            return
        if self._waiting is None:
            self._waiting = asyncio.Event()
            loop.call_at(due, self._leave, self._waiting)
        await self._waiting.wait()

    def _leave(self, waiting: asyncio.Event) -> None:
        self._last = asyncio.get_running_loop().time()
        self._waiting = None
        waiting.set()
