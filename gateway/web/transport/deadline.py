"""How long a request may take: to its deadline, or until its client has gone. What is under way is cancelled then."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import Request

from services.shared.errors import Unavailable

GRACE = 0.3
"""Seconds behind the deadline of the internal calls: they know better than the whole who did not answer."""

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
    """The work's answer. Cancels it and raises Gone when the client leaves meanwhile; its body must have been read."""
    task = asyncio.ensure_future(work())
    gone = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Gone
        return await task
    finally:
        await _ended(gone)
        await _ended(task)


async def _left(request: Request) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await request.receive()


async def _ended(task: "asyncio.Future[Any]") -> None:
    """Cancels a task and waits until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
