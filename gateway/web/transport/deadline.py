"""How long a request may take: to its deadline, or until its client has gone. What is under way is cancelled then."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from starlette.requests import Request

from services.shared.errors import Unavailable

GRACE = 0.3
"""Seconds behind the deadline of the internal calls: they know better than the whole who did not answer."""

UNWATCHED: Final = 0.02
"""Seconds for which nobody looks whether the client still waits."""

Answer = TypeVar("Answer")


class Gone(Exception):
    """The client does not wait for the answer any more."""


async def before_deadline(work: Awaitable[Answer], seconds: float) -> Answer:
    """The work's answer. Cancels it at the deadline and raises Unavailable."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise Unavailable("gateway", f"no answer within {seconds:g} s") from None


async def while_waited_for(request: Request, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """The work's answer. Cancels it and raises Gone when the client leaves meanwhile; its body must have been read.

    Who leaves at once is noticed a moment later: most answers are there before it was worth while to look.
    """
    watch = _Watch(request)
    try:
        return await work()
    except asyncio.CancelledError:
        if watch.was_left:
            watch.watched.uncancel()
            raise Gone from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels the task that it was made in when the client leaves. `watched` is that task."""

    def __init__(self, request: Request) -> None:
        task = asyncio.current_task()
        assert task  # noqa: S101 (requests are answered in tasks)
        self.watched = task
        self.was_left = False
        self._request = request
        self._look: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(UNWATCHED, self._begin)

    def end(self) -> None:
        """Looks no longer."""
        self._timer.cancel()
        if self._look is not None:
            self._look.remove_done_callback(self._seen)
            self._look.cancel()

    def _begin(self) -> None:
        self._look = asyncio.get_running_loop().create_task(_left(self._request))
        self._look.add_done_callback(self._seen)

    def _seen(self, look: "asyncio.Task[None]") -> None:
        if not look.cancelled() and look.exception() is None:
            self.was_left = True
            self.watched.cancel()


async def _left(request: Request) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await request.receive()
