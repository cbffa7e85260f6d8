"""Waits for somebody else's work for a short time, and does not blame them for one's own lateness. Ends no work."""

import asyncio
from time import monotonic
from typing import Final, TypeVar

LATE: Final = 0.005
"""Seconds by which a timer is late in a process that has more to do than it can: answers lie about unread."""
EXTENSIONS: Final = 20

Answer = TypeVar("Answer")


async def in_time(work: asyncio.Task[Answer], seconds: float) -> Answer:
    """The work's answer, or what it raises. Raises TimeoutError after so many seconds; the work goes on.

    Time during which this process was too busy to look counts once, however long it was.
    """
    # Whoever stops waiting does not ask any more what became of it.
    work.add_done_callback(lambda done: done.cancelled() or done.exception())
    if work.done():
        return work.result()
    wait = _Wait(work, seconds)
    try:
        await wait.over
    finally:
        wait.end()
    return work.result()


class _Wait:
    """Until a task is done or a timer has run out."""

    def __init__(self, work: asyncio.Task[Answer], seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._work = work
        self._seconds = seconds
        self._extensions = EXTENSIONS
        self.over: asyncio.Future[None] = self._loop.create_future()
        work.add_done_callback(self._finish)
        self._due = monotonic() + seconds
        self._timer = self._loop.call_later(seconds, self._run_out)

    def end(self) -> None:
        """Nobody waits any more."""
        self._timer.cancel()
        self._work.remove_done_callback(self._finish)

    def _finish(self, _: object) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def _run_out(self) -> None:
        late = monotonic() - self._due
        if self.over.done():
            return
        if late > LATE and self._extensions:
            self._extensions -= 1
            self._due = monotonic() + self._seconds / 2
            self._timer = self._loop.call_later(self._seconds / 2, self._run_out)
        else:
            self.over.set_exception(TimeoutError())
