"""Gives kept answers, and has one made where there is none: once for all who ask. Decides not which may be kept."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from gateway.caching.flights import Flight, Flights, Landed, Moments
from gateway.caching.gatherings import Gatherings
from gateway.caching.ports import Answer, Compute, Computed, Source
from services.infra.response_cache.models import Busy, Entry, Freshness, Lease, Page, Verdict
from services.infra.response_cache.ports import ResponseStore
from services.shared.errors import Unavailable

ROUNDS: Final = 3
"""Flights that somebody joins in vain, before they compute for themselves alone."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRules:
    """How answers are made anew. Times are in seconds.

    Attributes:
        eagerness: of early refreshes (XFetch's beta): 1 is what its authors recommend.
        jitter: the share of its time that an answer loses at most by chance, so that not all end at once.
        wait_at_most: for another process that computes the same; longer than that one's lease.
        first_pause: between two looks whether that one has ended; each further one up to twice as long.
        longest_pause: of those.
        refreshes: at once; further ones are left to the next who asks.
        gathered_for: while the store is away, for who asks the same as another who is being answered; at most.
    """

    eagerness: float = 1.0
    jitter: float = 0.1
    wait_at_most: float = 1.2
    first_pause: float = 0.004
    longest_pause: float = 0.05
    refreshes: int = 8
    gathered_for: float = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is outside: `chance` gives anything from 0 to below 1, `now` seconds that only grow, `pause` waits."""

    chance: Callable[[], float]
    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """Somebody's turn to compute. `fallback` was right at the moment `asked`; without a lease nothing is stored."""

    compute: Compute
    asked: int
    lease: Lease | None = None
    fallback: Entry | None = None


class CachedResponses:
    """Offers `ports.ResponseCache`."""

    def __init__(self, store: ResponseStore, around: Surroundings, rules: EngineRules | None = None) -> None:
        self._store = store
        self._around = around
        self._rules = rules or EngineRules()
        self._moments = Moments()
        self._flights = Flights()
        self._refreshes = Flights()
        self._gatherings = Gatherings(_unkept, self._moments, lambda: around.pause(self._rules.gathered_for))
        self._chores: set[asyncio.Task[None]] = set()

    async def answer(self, key: str, compute: Compute) -> Answer:
        arrived = self._moments.next()
        for _ in range(ROUNDS):
            flight, is_mine = self._flights.of(key), False
            if flight is None:
                asked = self._moments.next()
                try:
                    found = await self._store.look(key)
                except Unavailable:
                    flight, is_mine = self._gatherings.join(key, compute)
                else:
                    if isinstance(found, Entry):
                        self._refresh_if_due(key, found, compute)
                        return _kept(found)
                    flight, is_mine = self._joined(key, found, _Turn(compute=compute, asked=asked))
            try:
                landed = await flight.landed()
            except Exception:
                if is_mine:
                    raise
                continue
            if landed is not None and arrived < landed.true_for:
                return landed.answer if is_mine else _shared(landed.answer)
        return _made(await compute(), Source.MISS)

    async def drop(self, tags: Collection[str]) -> None:
        try:
            await self._store.drop(tags)
        except Unavailable as failure:
            log.warning("kept answers are not dropped yet", reason=str(failure))

    async def close(self) -> None:
        await self._flights.end_all()
        await self._refreshes.end_all()
        await self._gatherings.close()
        if self._chores:
            await asyncio.wait(self._chores)

    def _joined(self, key: str, found: Lease | Busy, turn: _Turn) -> tuple[Flight, bool]:
        """The flight to wait for, and whether it was begun by this."""
        turn = replace(turn, fallback=found.fallback)
        if isinstance(found, Lease):
            return self._flights.begin(key, Flight(self._led(replace(turn, lease=found)))), True
        if flight := self._flights.of(key) or self._refreshes.of(key):
            return flight, False
        return self._flights.begin(key, Flight(self._awaited(key, turn))), True

    async def _awaited(self, key: str, turn: _Turn) -> Landed:
        """What another process computes; or what is computed here, if that one takes too long or gives up."""
        until, pause = self._around.now() + self._rules.wait_at_most, self._rules.first_pause
        while self._around.now() < until:
            await self._around.pause(pause * (1 + self._around.chance()) / 2)
            pause = min(2 * pause, self._rules.longest_pause)
            asked = self._moments.next()
            try:
                found = await self._store.look(key)
            except Unavailable:
                break
            if isinstance(found, Entry):
                return Landed(answer=_shared(_kept(found)), true_for=asked)
            turn = replace(turn, asked=asked, fallback=found.fallback)
            if isinstance(found, Lease):
                return await self._led(replace(turn, lease=found))
        return await self._led(turn)

    async def _led(self, turn: _Turn) -> Landed:
        """Computes, and stores what may be. Raises what the computation raises, unless an older answer will do."""
        true_for, began = self._moments.next(), self._around.now()
        try:
            made = await turn.compute()
        except Exception as failure:
            await self._released(turn.lease)
            if turn.fallback is None:
                raise
            log.warning("an older answer is given: no newer one can be made", failure=type(failure).__name__)
            return self._fallen_back(turn.fallback, turn.asked, began)
        except BaseException:
            self._do_later(self._released(turn.lease))
            raise
        if made.freshness is None or turn.lease is None:
            await self._released(turn.lease)
            if made.failed and turn.fallback is not None:
                return self._fallen_back(turn.fallback, turn.asked, began)
            return Landed(answer=_made(made, Source.MISS), true_for=true_for)
        page = self._page(made, made.freshness, self._around.now() - began)
        confirmed = self._moments.next()
        verdict = await self._stored(turn.lease, page)
        answer = replace(_made(made, Source.MISS), stored=verdict is Verdict.STORED, fresh_for=page.freshness.fresh)
        return Landed(answer=answer, true_for=confirmed if verdict.is_current else true_for)

    def _fallen_back(self, fallback: Entry, asked: int, began: float) -> Landed:
        """It has grown older while a newer one was tried to be made."""
        older = replace(fallback, age=fallback.age + self._around.now() - began)
        return Landed(answer=_kept(older), true_for=asked)

    async def _stored(self, lease: Lease, page: Page) -> Verdict:
        try:
            return await self._store.store(lease, page)
        except Unavailable:
            return Verdict.OUTDATED

    async def _released(self, lease: Lease | None) -> None:
        if lease is not None:
            with suppress(Unavailable):
                await self._store.release(lease)

    def _page(self, made: Computed, freshness: Freshness, cost: float) -> Page:
        fresh = freshness.fresh * (1 - self._rules.jitter * self._around.chance())
        return Page(body=made.body, tags=made.tags, freshness=replace(freshness, fresh=fresh), cost=cost)

    def _refresh_if_due(self, key: str, entry: Entry, compute: Compute) -> None:
        """XFetch: the nearer its end, and the longer it takes to make, the likelier it is made anew before."""
        early = -entry.cost * self._rules.eagerness * math.log(1 - self._around.chance())
        if entry.fresh_for <= early and len(self._refreshes) < self._rules.refreshes and not self._refreshes.of(key):
            self._refreshes.begin(key, Flight(self._refreshed(key, entry.version, compute), lasting=True))

    async def _refreshed(self, key: str, version: str, compute: Compute) -> Landed | None:
        asked = self._moments.next()
        try:
            lease = await self._store.lease(key, instead_of=version)
            if lease is not None:
                return await self._led(_Turn(compute=compute, asked=asked, lease=lease))
        except Exception as failure:  # noqa: BLE001 (nobody waits for it: whoever asks next tries again)
            log.warning("a kept answer could not be made anew", failure=type(failure).__name__)
        return None

    def _do_later(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)


def _kept(entry: Entry) -> Answer:
    assert entry.body is not None  # noqa: S101 (nothing was said to be held)
    source = Source.HIT if entry.fresh_for > 0 else Source.STALE
    return Answer(body=entry.body, source=source, age=entry.age, fresh_for=entry.fresh_for)


def _made(made: Computed, source: Source) -> Answer:
    return Answer(body=made.body, source=source, fresh_for=made.freshness.fresh if made.freshness else 0.0)


async def _unkept(compute: Compute) -> Answer:
    return _made(await compute(), Source.BYPASS)


def _shared(answer: Answer) -> Answer:
    return answer if answer.source is Source.STALE else replace(answer, source=Source.COLLAPSED, stored=False)
