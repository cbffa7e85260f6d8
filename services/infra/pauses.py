"""Pauses that end early: whoever waits for a time also goes on when an event is set. Knows no reason for either."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")


async def set_within(event: asyncio.Event, seconds: float) -> None:
    """Returns once the event is set, or after so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def unless_set(event: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """The work's result; None where the event was set first, and the work is cancelled then."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(event.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.wait({working, waiting})
