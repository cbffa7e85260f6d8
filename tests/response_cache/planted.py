"""Mistakes that one could make in a response cache, each as the part that has it. The simulation must find them all."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from gateway.caching.engine import CachedResponses
from gateway.caching.flights import Landed
from services.infra.redis_calls.reach import Reach
from services.infra.response_cache.guarded import GuardedResponses
from services.infra.response_cache.memory import MemoryResponses
from services.infra.response_cache.models import Busy, Entry, Freshness, Lease, Page, Verdict
from services.infra.response_cache.ports import ResponseStore
from services.shared.errors import Unavailable
from tests.response_cache.simulation import LEASED_FOR, Parts, World


def sound(world: World) -> MemoryResponses:
    return MemoryResponses(now=lambda: world.now, leased_for=LEASED_FOR)


class NoLease(MemoryResponses):
    """As most libraries: what was computed is stored, whatever was dropped meanwhile."""

    async def store(self, lease: Lease, page: Page) -> Verdict:
        return await super().store(replace(lease, clock=self._clock), page)


class DropsWithoutClock(MemoryResponses):
    async def drop(self, tags: Collection[str]) -> None:
        before = self._clock
        await super().drop(tags)
        self._dropped = {slot: min(epoch, before) for slot, epoch in self._dropped.items()}
        self._clock = before


class ForgetsNoIncarnation(MemoryResponses):
    """When the epochs are lost, entries from before are trusted."""

    def _begin_anew(self) -> None:
        self._incarnation, self._clock, self._dropped = "the same", 0, {}


class KeepsTooLong(MemoryResponses):
    async def store(self, lease: Lease, page: Page) -> Verdict:
        fresh = page.freshness
        longer = Freshness(fresh=fresh.fresh * 4, while_refreshed=fresh.while_refreshed, if_failing=fresh.if_failing)
        return await super().store(lease, replace(page, freshness=longer))


class GivesDroppedToThoseThatFail(MemoryResponses):
    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        found = await super().look(key, held)
        kept = self._kept.get(key)
        if isinstance(found, Entry) or kept is None:
            return found
        old = Entry(version=kept.lease.token, body=kept.page.body, age=20, fresh=10, cost=0)
        return replace(found, fallback=old)


class DropsOneOfMany(MemoryResponses):
    """Looks at the first tag of an answer only."""

    def _was_dropped(self, page: Page, lease: Lease) -> bool:
        return super()._was_dropped(replace(page, tags=frozenset(sorted(page.tags)[:1])), lease)


class FollowsAnybody(CachedResponses):
    """Single flight as in most libraries: whoever comes meanwhile is given what is being made."""

    async def _led(self, turn: object) -> Landed:
        return replace(await super()._led(turn), true_for=10**9)  # type: ignore[arg-type]


class JoinsWhatIsConfirmed(CachedResponses):
    """A computation that the store has confirmed is given to those who came while the confirmation was on its way."""

    async def _led(self, turn: object) -> Landed:
        landed = await super()._led(turn)  # type: ignore[arg-type]
        return replace(landed, true_for=self._moments.next()) if landed.answer.stored else landed


class OwesNothing(GuardedResponses):
    """A drop that could not be told is left to the event."""

    def _owe(self, tags: Collection[str]) -> None:
        pass


class AsksWhileOwing(GuardedResponses):
    def _refuse_while_owing(self) -> None:
        pass

    def _owe(self, tags: Collection[str]) -> None:
        self._owed.update(tags)


class Trusting:
    """The near bodies are given without the store's word."""

    def __init__(self, store: ResponseStore, reach: Reach) -> None:
        self._guarded = GuardedResponses(store, reach)
        self._held: dict[str, Entry] = {}
        self.lease, self.store, self.release = self._guarded.lease, self._guarded.store, self._guarded.release
        self.drop, self.clear = self._guarded.drop, self._guarded.clear

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        try:
            found = await self._guarded.look(key, held)
        except Unavailable:
            if key in self._held:
                return self._held[key]
            raise
        if isinstance(found, Entry):
            self._held[key] = found
        return found


PLANTED: Final = {
    "no lease": Parts(store=lambda world: NoLease(now=lambda: world.now, leased_for=LEASED_FOR)),
    "a drop does not move the clock": Parts(
        store=lambda world: DropsWithoutClock(now=lambda: world.now, leased_for=LEASED_FOR)
    ),
    "lost drops are not noticed": Parts(
        store=lambda world: ForgetsNoIncarnation(now=lambda: world.now, leased_for=LEASED_FOR)
    ),
    "kept too long": Parts(store=lambda world: KeepsTooLong(now=lambda: world.now, leased_for=LEASED_FOR)),
    "dropped ones as a fallback": Parts(
        store=lambda world: GivesDroppedToThoseThatFail(now=lambda: world.now, leased_for=LEASED_FOR)
    ),
    "one tag of many": Parts(store=lambda world: DropsOneOfMany(now=lambda: world.now, leased_for=LEASED_FOR)),
    "followers of anybody": Parts(store=sound, engine=FollowsAnybody),
    "followers of what is confirmed": Parts(store=sound, engine=JoinsWhatIsConfirmed),
    "owes nothing": Parts(store=sound, guard=OwesNothing),
    "asks while owing": Parts(store=sound, guard=AsksWhileOwing),
    "near bodies without a word": Parts(store=sound, guard=Trusting),
}
