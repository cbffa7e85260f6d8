"""Who may use a connection now: each lane has its own, and standard may borrow what critical does not use. No I/O.

Critical never waits for more than one mail on a borrowed connection, and not even that while one of the two that are
never lent is free.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

NEVER_LENT: Final = 2
"""Critical connections that standard does not get, idle or not."""


class Lane(StrEnum):
    """Whose mails have connections of their own."""

    CRITICAL = "CRITICAL"
    STANDARD = "STANDARD"


class Slots:
    """The right to use one connection at a time; each belongs to a lane, whoever uses it."""

    def __init__(self, limits: Mapping[Lane, int]) -> None:
        self._free = dict(limits)
        self._waiting: dict[Lane, deque[asyncio.Future[Lane]]] = {lane: deque() for lane in Lane}

    async def take(self, lane: Lane) -> Lane:
        """Waits for one, and answers the lane that it belongs to; give it back to that."""
        for owner in _owners(lane):
            if self._free[owner] > _kept(owner, lane) and not self._waiting[owner]:
                self._free[owner] -= 1
                return owner
        turn: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(turn.result())
            raise

    def give_back(self, owner: Lane) -> None:
        """The next one's turn: of the lane itself first."""
        self._free[owner] += 1
        for lane in Lane:
            if owner not in _owners(lane) or self._free[owner] <= _kept(owner, lane):
                continue
            turn = self._next(lane)
            if turn is not None:
                self._free[owner] -= 1
                turn.set_result(owner)
                return

    def _next(self, lane: Lane) -> asyncio.Future[Lane] | None:
        while self._waiting[lane]:
            turn = self._waiting[lane].popleft()
            if not turn.done():
                return turn
        return None


def _owners(lane: Lane) -> tuple[Lane, ...]:
    """Whose connections the lane may use, its own first."""
    return (lane,) if lane is Lane.CRITICAL else (Lane.STANDARD, Lane.CRITICAL)


def _kept(owner: Lane, lane: Lane) -> int:
    """How many of the owner's stay free when the lane takes one."""
    return 0 if owner is lane else NEVER_LENT
