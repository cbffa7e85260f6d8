"""One computation for all who ask for the same meanwhile. Decides for whom its answer is true enough, keeps nothing.

Every request and every computation has a moment, counted in this process. What a computation reads is at least as new
as its beginning: so it serves whoever arrived before that, whatever is dropped. When the store has confirmed that
nothing in it was dropped, it serves all who arrived before the store was asked. Whoever came later asks again: between
their arrival and the beginning of the computation a drop may have been acknowledged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any

from gateway.caching.ports import Answer


class Moments:
    """Numbers that grow: one for each thing that happens in this process."""

    def __init__(self) -> None:
        self._next = count(1)

    def next(self) -> int:
        """Later than all before it."""
        return next(self._next)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """What a flight brought. True for whoever arrived before the moment `true_for`."""

    answer: Answer
    true_for: int


class Flight:
    """A computation on its way: goes on while somebody waits for it, whoever began it; a `lasting` one to its end."""

    def __init__(self, work: Coroutine[Any, Any, Landed | None], *, lasting: bool = False) -> None:
        self._task = asyncio.get_running_loop().create_task(work)
        self._waiting = 0
        self._lasting = lasting

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self._task.done()

    async def landed(self) -> Landed | None:
        """What it brings. None: nothing for anybody; asks again who needs it. Raises what its computation raises."""
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        except asyncio.CancelledError:
            if self._task.cancelled() and not _is_cancelled_myself():
                return None
            raise
        finally:
            self._waiting -= 1
            if not self._waiting and not self._lasting:
                self._task.cancel()

    def when_over(self, done: Callable[[], None]) -> None:
        """Has this called then."""
        self._task.add_done_callback(lambda _: done())

    async def over_or(self, moment: Awaitable[None]) -> None:
        """Returns when it has ended, well or not, or at that moment."""
        waiting = asyncio.ensure_future(moment)
        try:
            await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    async def end(self) -> None:
        """Breaks it off."""
        self._task.cancel()
        await asyncio.wait([self._task])


def _is_cancelled_myself() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Flights:
    """At most one on its way for each key, as far as this process knows."""

    def __init__(self) -> None:
        self._under_way: dict[str, Flight] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def of(self, key: str) -> Flight | None:
        """The one that may be joined."""
        flight = self._under_way.get(key)
        return None if flight is None or flight.is_over else flight

    def begin(self, key: str, flight: Flight) -> Flight:
        """Has others join it from now on."""
        self._under_way[key] = flight
        flight.when_over(lambda: self._forget(key, flight))
        return flight

    def hand_over(self, key: str, others: "Flights") -> None:
        """Has nobody join the one of this key any more; it goes on among others."""
        others.begin(key, self._under_way.pop(key))

    async def end_all(self) -> None:
        """Breaks them off."""
        for flight in list(self._under_way.values()):
            await flight.end()

    def _forget(self, key: str, flight: Flight) -> None:
        if self._under_way.get(key) is flight:
            del self._under_way[key]
