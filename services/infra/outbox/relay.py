"""The relay: carries one service's events from its outbox to Kafka, at least once, in order within an aggregate.

What this process commits is handed over in memory and goes at once; what a look at the database finds is the truth.
Never fails anything: when the database or Kafka is away it waits, longer each time, and goes on.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from services.infra.kafka.publisher import Publisher
from services.infra.mongo import Database
from services.infra.outbox import metrics
from services.infra.outbox.backlog import Spans, in_order
from services.infra.outbox.events import Row
from services.infra.outbox.handover import HandOver
from services.infra.outbox.lease import Lease
from services.infra.outbox.rows import Outbox
from services.infra.outbox.shipping import Shipping
from services.infra.outbox.standing import Standing
from services.infra.outbox.times import RelayTimes
from services.infra.outbox.watch import Watch
from services.infra.pauses import set_within
from services.infra.transaction import Write
from services.shared.clock import Clock
from services.shared.errors import Unavailable

BATCH: Final = 500
"""Events that are read and published together."""

SETTLED: Final = timedelta(minutes=1)
"""Of what is older, nothing is still being committed: it can be read in portions, also by a server that reads each of
them at a moment of its own. What is younger cannot be very much."""

MOST_UNMARKED: Final = 5000
"""Events that are published again when the process dies, at most."""

SAY_AGAIN: Final = 12
"""After how many failures in a row the log repeats that the relay waits."""

log = structlog.get_logger(__name__)


class Relay:
    """One service's relay; of several, each in its process, one publishes.

    `run` it as a task, and set its `stop` to end it.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        publisher: Publisher,
        clock: Clock,
        holder: str,
        times: RelayTimes | None = None,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._times = times or RelayTimes()
        self._outbox = Outbox(database)
        self._lease = Lease(database, holder, clock, self._times.lease)
        self._watch = Watch(service, self._outbox, self._lease, self._notice)
        self._clock = clock
        self._shipping = Shipping(service, self._outbox, publisher, clock)
        self._standing = Standing(service, clock)
        self._hand_over = HandOver()
        self._woken = self._lease.changed
        self._service = service
        self._term = 0
        self._failures = 0
        # Long ago, so that both are due at once.
        self._looked = self._counted = -math.inf

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until cancelled, or until `stop` is set: then it publishes what was handed over, and gives way."""
        background = [
            asyncio.create_task(task)
            for task in (self._lease.keep(), self._watch.keep(), self._keep_marking(), self._wake_at(stop))
        ]
        try:
            with self._database.telling(self._hear):
                while not stop.is_set():
                    await self._turn_or_pause(stop)
        finally:
            for task in background:
                task.cancel()
            await asyncio.wait(background)
            await self._give_way()

    def _hear(self, writes: Sequence[Write]) -> None:
        if self._lease.is_held and (count := self._hand_over.take_in(writes)):
            self._standing.more(count)
            self._woken.set()

    def _notice(self, event_id: str) -> None:
        if not self._hand_over.has_heard_of(event_id):
            self._hand_over.needs_look = True
            self._woken.set()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()

    async def _keep_marking(self) -> None:
        while True:
            await asyncio.sleep(self._times.mark)
            with suppress(Unavailable):
                await self._shipping.mark()

    async def _turn_or_pause(self, stop: asyncio.Event) -> None:
        try:
            await self._turn()
        except Unavailable as failure:
            await self._pause(failure, stop)
        else:
            self._failures = 0

    async def _pause(self, failure: Unavailable, stop: asyncio.Event) -> None:
        seconds = min(self._times.first_pause * 2**self._failures, self._times.longest_pause)
        if self._failures % SAY_AGAIN == 0:
            log.warning("relay waits", service=self._service, dependency=failure.dependency, reason=str(failure))
        self._failures += 1
        self._hand_over.needs_look = True
        self._standing.grow_older()
        await set_within(stop, seconds)

    async def _turn(self) -> None:
        """Does the next thing that is due, or waits for one. Raises Unavailable."""
        self._woken.clear()
        self._standing.publishes(held=self._lease.is_held)
        if not self._lease.is_held:
            await set_within(self._woken, self._times.look)
            return
        if self._term != self._lease.fence:
            self._term = self._lease.fence
            self._hand_over.forget()
        if _now() >= self._next_look():
            await self._look()
        elif self._hand_over:
            await self._publisher.departure()
            await self._pass_on()
        else:
            await set_within(self._woken, self._next_look() - _now())

    async def _pass_on(self) -> None:
        """Publishes what was handed over and is sure. Raises Unavailable."""
        if self._lease.is_held and (batch := self._hand_over.next_batch(BATCH)):
            self._standing.oldest_is(batch[0])
            await self._shipping.ship(batch, by="hand-over")
            self._hand_over.note_gone(batch)
            self._standing.less(len(batch))
        if not self._hand_over and not self._hand_over.needs_look:
            # Also what a look had found before it could be passed on.
            self._standing.is_done(waiting=0)

    def _next_look(self) -> float:
        return self._looked + (self._times.rest if self._hand_over.needs_look else self._times.look)

    async def _look(self) -> None:
        """Publishes all that waits. Raises Unavailable."""
        # First, since what waits while Kafka is away may be very much to read.
        await self._publisher.connect()
        await self._shipping.mark()
        self._hand_over.needs_look = False
        metrics.LOOKS.labels(self._service).inc()
        now = self._clock.now()
        old = self._lease.clean_until < now - SETTLED
        spans = Spans(self._lease.clean_until, now - SETTLED) if old else Spans()
        async with self._outbox.waiting(BATCH, spans) as batches:
            is_clean = await self._carry(in_order(batches), _now() + self._times.one_moment)
        self._looked = _now()
        if is_clean:
            self._lease.clean_until = now
            await self._count_parked()

    async def _carry(self, found: AsyncIterator[Sequence[Row]], deadline: float) -> bool:
        """Publishes what is found; whether that was all."""
        async for rows in found:
            if not self._lease.is_held or _now() > deadline:
                self._hand_over.needs_look = True
                return False
            self._standing.at_least(len(rows))
            self._standing.oldest_is(rows[0].event)
            self._hand_over.note_gone(await self._shipping.ship_found(rows))
            self._standing.less(len(rows))
            if self._shipping.unmarked >= MOST_UNMARKED:
                await self._shipping.mark()
        self._standing.is_done(waiting=len(self._hand_over))
        return True

    async def _count_parked(self) -> None:
        if _now() >= self._counted + self._times.count:
            self._standing.are_parked(await self._outbox.count_parked())
            self._counted = _now()

    async def _give_way(self) -> None:
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(self._times.last_words):
                await self._pass_on()
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(self._times.last_words):
                await self._shipping.mark()
                await self._lease.release()
        self._standing.publishes(held=False)


def _now() -> float:
    return asyncio.get_running_loop().time()
