"""All that is watched of one kind: who watches what, and the reads that keep them up to date. Hears no notice itself.

However many watch and however often they are told to look, one read at a time is under way, for everything that is
wanted at its start. So reads come back in the order of their making, and each begins after the wish for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from gateway.live.mailbox import Mailbox
from gateway.live.metrics import LiveMetrics
from gateway.live.states import State, Versions, Watched, is_newer, latest
from services.shared.errors import Unavailable

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0
"""Seconds until what could not be read is read again."""

Read = Callable[[Sequence[str]], Awaitable[Sequence[State]]]
"""The states of those that exist, in no order. Raises Unavailable."""

log = structlog.get_logger(__name__)


class Channel:
    """One kind of things."""

    def __init__(self, kind: Watched, read: Read, metrics: LiveMetrics) -> None:
        self._kind = kind
        self._read = read
        self._metrics = metrics
        self._mailboxes: dict[str, set[Mailbox]] = {}
        self._known: dict[str, Versions] = {}
        self._wanted: dict[str, bool] = {}
        self._round: asyncio.Future[Unavailable | None] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def watch(self, ids: frozenset[str], over: Callable[[State], bool]) -> Mailbox:
        """A mailbox that holds the present states of those that exist, and is kept up to date. Raises Unavailable."""
        mailbox = Mailbox(ids, self._leave, lambda: self._metrics.replaced.labels(self._kind).inc(), over)
        for thing in ids:
            self._mailboxes.setdefault(thing, set()).add(mailbox)
        try:
            failure = await self._want(ids, announced=True)
            if failure is not None:
                raise failure
        except BaseException:
            self._leave(mailbox)
            raise
        return mailbox

    def heard(self, thing: str, part: int, version: int) -> None:
        """That part of the thing has this version now: reads it, if it is watched and not known already."""
        if thing not in self._mailboxes:
            return
        known = self._known.get(thing)
        if known is None or known[part] < version:
            self._want([thing], announced=True)

    def look(self) -> None:
        """Reads everything that is watched, announced or not."""
        if self._mailboxes:
            self._want(self._mailboxes, announced=False)

    async def close(self) -> None:
        """Reads no more."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _leave(self, mailbox: Mailbox) -> None:
        for thing in mailbox.ids:
            others = self._mailboxes.get(thing, set())
            others.discard(mailbox)
            if not others:
                self._mailboxes.pop(thing, None)
                self._known.pop(thing, None)

    def _want(self, things: Iterable[str], *, announced: bool) -> "asyncio.Future[Unavailable | None]":
        """What is done when a read is over that begins after this; its result is why it failed, if it did."""
        for thing in things:
            self._wanted[thing] = self._wanted.get(thing, False) or announced
        if self._round is None:
            self._round = asyncio.get_running_loop().create_future()
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_wanted())
        # Whoever waits may be cancelled; others wait for the same.
        return asyncio.shield(self._round)

    async def _read_wanted(self) -> None:
        pause = FIRST_PAUSE
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            over, self._round = self._round, None
            failure = await self._deliver(wanted)
            if over is not None and not over.done():
                over.set_result(failure)
            if failure is None:
                pause = FIRST_PAUSE
                continue
            # Those who have just come are told, and leave; for all others it is read until it can be.
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self._wanted = {thing: told for thing, told in wanted.items() if thing in self._mailboxes} | self._wanted

    async def _deliver(self, wanted: dict[str, bool]) -> Unavailable | None:
        self._metrics.reads.labels(self._kind).inc()
        try:
            states = await self._read(tuple(wanted))
        except Unavailable as failure:
            log.warning("live states cannot be read", kind=self._kind, dependency=failure.dependency)
            return failure
        except Exception as failure:
            log.exception("reading live states failed", kind=self._kind)
            return Unavailable(self._kind, type(failure).__name__)
        for state in states:
            self._put(state, announced=wanted.get(state.id, False))
        return None

    def _put(self, state: State, *, announced: bool) -> None:
        known = self._known.get(state.id)
        if known is not None and not announced and is_newer(state.versions, known):
            self._metrics.healed.labels(self._kind).inc()
        mailboxes = self._mailboxes.get(state.id)
        if mailboxes:
            self._known[state.id] = latest(state.versions, known) if known else state.versions
            for mailbox in mailboxes:
                mailbox.offer(state)
