"""The hub: whoever watches something in this gateway does it here. Notices say what to read; looks find what they miss.

A notice carries no state and may be lost. So all that is watched is read again when Redis is back, and slowly all the
time; while Redis is away, quickly.
"""

import asyncio
import random  # noqa: TID251 (jitter only)
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from gateway.live.channel import Channel, Read
from gateway.live.mailbox import Mailbox
from gateway.live.metrics import LiveMetrics
from gateway.live.states import State, Watched
from services.infra.notices import Changed, Notice

PART: Mapping[Changed, tuple[Watched, int]] = {
    Changed.ORDER: (Watched.ORDERS, 0),
    Changed.PAYMENT: (Watched.ORDERS, 1),
    Changed.STOCK: (Watched.STOCK, 0),
}
"""What a notice is about: the kind of thing, and which of its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between two looks at everything, give or take a fifth: while notices are heard, and while not."""

    hearing: float
    deaf: float


class Hub:
    """Offers `services.infra.notices.Listener`. `run` it as a task. `most` is what one may watch at once."""

    def __init__(self, reads: Mapping[Watched, Read], pace: Pace, metrics: LiveMetrics, most: int) -> None:
        self._channels = {kind: Channel(kind, read, metrics) for kind, read in reads.items()}
        self._pace = pace
        self.most = most
        self._metrics = metrics
        self._hearing = False
        self._turned = asyncio.Event()

    async def watch(self, kind: Watched, ids: frozenset[str], over: Callable[[State], bool]) -> Mailbox:
        """See `Channel.watch`. Raises Unavailable."""
        return await self._channels[kind].watch(ids, over)

    def heard(self, notice: Notice) -> None:
        """See `Listener.heard`."""
        self._metrics.notices.labels(notice.kind).inc()
        kind, part = PART[notice.kind]
        self._channels[kind].heard(notice.id, part, notice.version)

    def listening(self) -> None:
        """See `Listener.listening`."""
        self._turn(hearing=True)

    def deaf(self) -> None:
        """See `Listener.deaf`."""
        self._turn(hearing=False)

    async def run(self) -> None:
        """Looks at everything again and again, until cancelled."""
        try:
            while True:
                self._turned.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._rest()):
                        await self._turned.wait()
                self._look()
        finally:
            for channel in self._channels.values():
                await channel.close()

    def _turn(self, *, hearing: bool) -> None:
        self._hearing = hearing
        self._metrics.hearing.set(1 if hearing else 0)
        self._turned.set()

    def _rest(self) -> float:
        return (self._pace.hearing if self._hearing else self._pace.deaf) * random.uniform(0.8, 1.2)  # noqa: S311

    def _look(self) -> None:
        for channel in self._channels.values():
            channel.look()
