"""Computations while nothing is kept: those who ask for the same at the same time are answered together. Keeps nothing.

Who comes while one is under way is answered by the next. That one begins when the other has ended, or a moment after it
was asked for: so nobody waits long, and a crowd costs some computations a second, however large it is.
"""

from collections.abc import Awaitable, Callable

from gateway.caching.flights import Flight, Flights, Landed, Moments
from gateway.caching.ports import Answer, Compute

Give = Callable[[Compute], Awaitable[Answer]]


class Gatherings:
    """Flights that nobody joins any more once they have begun to compute. `pause` waits for that moment."""

    def __init__(self, give: Give, moments: Moments, pause: Callable[[], Awaitable[None]]) -> None:
        self._give = give
        self._moments = moments
        self._pause = pause
        self._gathering = Flights()
        self._under_way = Flights()

    def join(self, key: str, compute: Compute) -> tuple[Flight, bool]:
        """The flight to wait for, and whether it was begun by this."""
        if flight := self._gathering.of(key):
            return flight, False
        return self._gathering.begin(key, Flight(self._flown(key, compute))), True

    async def close(self) -> None:
        """Breaks off what goes on."""
        await self._gathering.end_all()
        await self._under_way.end_all()

    async def _flown(self, key: str, compute: Compute) -> Landed:
        if ahead := self._under_way.of(key):
            await ahead.over_or(self._pause())
        self._gathering.hand_over(key, self._under_way)
        true_for = self._moments.next()
        return Landed(answer=await self._give(compute), true_for=true_for)
