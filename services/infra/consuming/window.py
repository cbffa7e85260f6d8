"""What is in hand of one partition: records not done yet, what waits for what, and how far it is done. Does no I/O.

The records of a key are done in their order; the offset that may be committed is that before the oldest one not done.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.infra.consuming.work import Received

ROOM: Final = 500
"""Records in hand from which on no more of the partition are fetched."""


@dataclass(slots=True, kw_only=True)
class Pending:
    """A record that is not done, and how it has fared."""

    window: "Window"
    received: Received
    attempts: int = 0
    first_failed_at: datetime | None = None
    is_done: bool = False

    @property
    def key(self) -> bytes | None:
        return self.received.record.key


class Window:
    """One partition's records in hand. Times are the event loop's, in seconds.

    `newest_offset` is that of the last record that was taken in; None when there was none.
    """

    def __init__(self) -> None:
        self._pending: deque[Pending] = deque()
        self._parked: dict[bytes | None, float] = {}
        self._in_hand = 0
        self.newest_offset: int | None = None
        self._next: int | None = None
        self._rest_until = 0.0
        self._rest_seconds = 0.0

    def admit(self, records: Sequence[Received]) -> None:
        """Takes in what was read behind all that is here."""
        self._pending.extend(Pending(window=self, received=received) for received in records)
        self._in_hand += len(records)
        if records:
            self.newest_offset = records[-1].offset

    def ready(self, now: float) -> Iterator[Pending]:
        """What may be done now, oldest first: nothing while the partition rests, nothing of a parked key."""
        if self.rests(now):
            return
        for pending in self._pending:
            if not pending.is_done and self._parked.get(pending.key, 0.0) <= now:
                yield pending

    def finish(self, pending: Pending) -> None:
        """It is done, for good or for bad."""
        pending.is_done = True
        self._in_hand -= 1
        self._parked.pop(pending.key, None)
        self._rest_seconds = 0.0
        while self._pending and self._pending[0].is_done:
            self._next = self._pending.popleft().received.offset + 1

    def park(self, pending: Pending, until: float) -> None:
        """Its key waits; other keys go on."""
        self._parked[pending.key] = until

    def rest(self, now: float, first: float, longest: float) -> float:
        """All of the partition waits, each time twice as long until something is done; answers how many seconds."""
        self._rest_seconds = min(self._rest_seconds * 2, longest) if self._rest_seconds else first
        self._rest_until = now + self._rest_seconds
        return self._rest_seconds

    def rests(self, now: float) -> bool:
        """Whether nothing of the partition may be tried."""
        return self._rest_until > now

    def take_progress(self) -> int | None:
        """The offset to commit, once; None when there is no news."""
        progress, self._next = self._next, None
        return progress

    @property
    def is_full(self) -> bool:
        return len(self._pending) >= ROOM

    @property
    def has_rested(self) -> bool:
        """Whether nothing was done since it last rested."""
        return self._rest_seconds > 0

    @property
    def parked_keys(self) -> int:
        return len(self._parked)

    @property
    def in_hand(self) -> int:
        """Records that are not done."""
        return self._in_hand

    @property
    def oldest(self) -> Received | None:
        """The oldest that is not done."""
        return self._pending[0].received if self._pending else None

    def due(self) -> float | None:
        """When something here may be done next: in the past for what waits for nothing; None when there is nothing."""
        if not self._in_hand:
            return None
        first = min(self._parked.get(each.key, 0.0) for each in self._pending if not each.is_done)
        return max(first, self._rest_until)
