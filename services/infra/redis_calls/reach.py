"""Whether Redis is within reach, for those who can do without it: nobody waits long for it, nor finds out in turn.

While it is away it is asked by a task of its own, so that no request pays for that. Knows no command but PING.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TypeVar

import structlog

from services.infra.redis import DEPENDENCY
from services.infra.redis_calls.patience import in_time
from services.infra.redis_calls.scripts import Declined
from services.shared.errors import Unavailable

ANSWER_WITHIN: Final = 0.02
"""Seconds. Whoever asks twice in a request has lost 40 ms at most."""
FAILURES: Final = 3
"""In a row, after which nobody asks any more."""
PAUSE: Final = 0.5
"""Seconds between two looks whether it is back."""

Answer = TypeVar("Answer")
Step = Callable[[], Coroutine[Any, Any, None]]
log = structlog.get_logger(__name__)


class Reach:
    """One a process and Redis. `pause` waits for so many seconds between two looks."""

    def __init__(
        self, ping: Step, within: float = ANSWER_WITHIN, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._ping = ping
        self._within = within
        self._pause = pause
        self._failures = 0
        self._failed_at = 0.0
        self._search: asyncio.Task[None] | None = None
        self._is_sought_anew = False
        self._debts: list[Step] = []
        self._late: set[asyncio.Task[None]] = set()

    @property
    def is_away(self) -> bool:
        """Whether it is not asked at present."""
        return self._search is not None

    def first_when_back(self, debt: Step) -> None:
        """Has this done before anybody asks again; while it raises Unavailable, Redis counts as away."""
        self._debts.append(debt)

    async def ask(
        self, step: Coroutine[Any, Any, Answer], left: Callable[[Answer], Awaitable[None]] | None = None
    ) -> Answer:
        """What the step answers. Raises Unavailable, at once while Redis is away, else after a short time.

        A step that is too late goes on alone; `left` is told what it answered in the end.
        """
        if self.is_away:
            step.close()
            raise Unavailable(DEPENDENCY, "is away")
        began, task = monotonic(), asyncio.get_running_loop().create_task(step)
        try:
            answer = await in_time(task, self._within)
        except Declined:
            # A quick no holds nobody up, and the next question may be answered.
            self._failures = 0
            raise
        except (Unavailable, TimeoutError) as failure:
            self._note_failure(began)
            self._leave(task, left)
            if isinstance(failure, TimeoutError):
                raise Unavailable(DEPENDENCY, "is slow") from None
            raise
        except asyncio.CancelledError:
            self._leave(task, left)
            raise
        self._failures = 0
        return answer

    def _note_failure(self, began: float) -> None:
        """Those who asked at the same time have failed together: that is one failure, of a moment of slowness, say."""
        if began > self._failed_at:
            self._failed_at = monotonic()
            self._failures += 1
        if self._failures >= FAILURES:
            self.note_away()

    def note_away(self) -> None:
        """From now on nobody asks, until it was found, and everything was done that comes first."""
        self._is_sought_anew = True
        if self._search is None:
            log.warning("going on without Redis")
            self._search = asyncio.get_running_loop().create_task(self._find())

    async def close(self) -> None:
        """Looks for it no longer, and waits for nothing that is late."""
        if tasks := [task for task in (self._search, *self._late) if task is not None]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _find(self) -> None:
        while self._is_sought_anew:
            self._is_sought_anew = False
            if not await self._is_back():
                self._is_sought_anew = True
                await self._pause(PAUSE)
        self._failures = 0
        self._search = None
        log.info("Redis is back")

    async def _is_back(self) -> bool:
        for step in (self._ping, *self._debts):
            task = asyncio.get_running_loop().create_task(step())
            try:
                await in_time(task, self._within)
            except (Unavailable, TimeoutError):
                self._leave(task, None)
                return False
            except asyncio.CancelledError:
                task.cancel()
                raise
        return True

    def _leave(self, task: asyncio.Task[Answer], left: Callable[[Answer], Awaitable[None]] | None) -> None:
        """Nobody waits for it any more."""
        if task.done():
            return
        late = asyncio.get_running_loop().create_task(_see_off(task, left))
        self._late.add(late)
        late.add_done_callback(self._late.discard)


async def _see_off(task: asyncio.Task[Answer], left: Callable[[Answer], Awaitable[None]] | None) -> None:
    with suppress(Unavailable):
        answer = await task
        if left is not None:
            await left(answer)
