"""Whether a lane takes messages: all processes stop it together, and one message finds out whether it works again.

Knows no message, and no reason by itself: a channel says when nothing is taken from us.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.notifications.models import Lane, LanePause
from services.notifications.ports import LaneStore, Watch
from services.shared.clock import Clock

FRESH: Final = timedelta(seconds=2)
"""How old what is known of the lanes may be: so long others go on after one has found a lane stopped."""


class LaneGate:
    """The lanes as this process knows them.

    Args:
        probe_after: how long a stopped lane rests before it is tried with one message.
    """

    def __init__(self, store: LaneStore, watch: Watch, clock: Clock, probe_after: timedelta) -> None:
        self._store = store
        self._watch = watch
        self._clock = clock
        self._probe_after = probe_after
        self._pauses: Mapping[Lane, LanePause] = {}
        self._known_until: datetime | None = None

    async def pause_of(self, lane: Lane) -> LanePause | None:
        """Why the lane is stopped; None while it works. A pause whose `until` has come waits for its probe."""
        now = self._clock.now()
        if self._known_until is None or now >= self._known_until:
            before, self._pauses = self._pauses, {pause.lane: pause for pause in await self._store.pauses()}
            self._known_until = now + FRESH
            # A person let it go on, or another process.
            for resumed in before.keys() - self._pauses.keys():
                self._watch.resumed(resumed)
        return self._pauses.get(lane)

    def is_shut(self, lane: Lane) -> bool:
        """Whether the lane is stopped, as far as is known without asking."""
        return lane in self._pauses

    async def may_probe(self, pause: LanePause) -> bool:
        """Whether the caller is the one to try the lane now."""
        now = self._clock.now()
        if pause.until > now:
            return False
        self._known_until = None
        return await self._store.probe(pause, now + self._probe_after)

    async def shut(self, lane: Lane, detail: str) -> None:
        """Stops the lane, for all processes."""
        now = self._clock.now()
        pause = LanePause(lane=lane, detail=detail, since=now, until=now + self._probe_after)
        is_first = not self.is_shut(lane) and await self._store.pause(pause)
        self._pauses = {lane: pause, **self._pauses}
        if is_first:
            self._watch.paused(pause)

    async def open(self, lane: Lane) -> None:
        """Lets the lane go on, for all processes."""
        self._pauses = {each: pause for each, pause in self._pauses.items() if each is not lane}
        if await self._store.resume(lane):
            self._watch.resumed(lane)
