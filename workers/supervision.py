"""Staying alive: waiting for what is away, and starting again what has ended. Knows neither what nor why."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from services.infra.pauses import set_within
from services.shared.errors import Unavailable

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
SAY_AGAIN: Final = 10
"""Seconds between attempts, and after how many attempts the log repeats what is missing."""

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


async def until_available(what: str, attempt: Callable[[], Awaitable[Result]]) -> Result:
    """The answer of the first attempt that does not raise Unavailable. Goes on until cancelled."""
    pause = FIRST_PAUSE
    failures = 0
    while True:
        try:
            result = await attempt()
        except Unavailable as failure:
            if failures % SAY_AGAIN == 0:
                log.warning("waiting", missing=failure.dependency, wanted_for=what, reason=str(failure))
            failures += 1
        else:
            return result
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def keep_running(what: str, run: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Runs it again whenever it fails, after a growing pause; returns when it returns, or before the next run once
    `stop` is set.
    """
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE
    while not stop.is_set():
        started = loop.time()
        try:
            return await run()
        except Exception:
            log.exception("failed, and is started again", what=what)
        if loop.time() - started > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        await set_within(stop, pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    return None
