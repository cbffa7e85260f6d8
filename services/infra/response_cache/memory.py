"""Answers kept in this process, for tests: the same promises as Redis'. Nothing outlives the process."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from services.infra.response_cache.models import MOST_TAGS, Busy, Entry, Freshness, Lease, Page, Verdict
from services.infra.response_cache.tags import slot_of
from services.shared.ids import IdFactory, SortableIds

LEASED_FOR = 2.0
LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    page: Page
    lease: Lease


class MemoryResponses:
    """Offers `ports.ResponseStore`. `now` gives seconds that only ever grow."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        ids: IdFactory | None = None,
        leased_for: float = LEASED_FOR,
        largest: int = LARGEST,
    ) -> None:
        self._now = now
        self._ids = ids or SortableIds()
        self._leased_for = leased_for
        self._largest = largest
        self._kept: dict[str, _Kept] = {}
        self._leases: dict[str, tuple[str, float]] = {}
        self._begin_anew()

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        entry, freshness = self._valid(key, held)
        if entry and entry.age < freshness.fresh + freshness.while_refreshed:
            return entry
        fallback = entry if entry and entry.age < freshness.kept else None
        lease = self._take(key)
        if lease is None:
            return Busy(seconds=self._leases[key][1] - self._now(), fallback=fallback)
        return replace(lease, fallback=fallback)

    async def lease(self, key: str, instead_of: str) -> Lease | None:
        entry, _ = self._valid(key, None)
        return self._take(key) if entry is None or entry.version == instead_of else None

    def _take(self, key: str) -> Lease | None:
        now = self._now()
        if (held := self._leases.get(key)) and held[1] > now:
            return None
        token = self._ids.new()
        self._leases[key] = (token, now + self._leased_for)
        return Lease(key=key, token=token, incarnation=self._incarnation, clock=self._clock, began=self._milliseconds())

    async def store(self, lease: Lease, page: Page) -> Verdict:
        await self.release(lease)
        if lease.incarnation != self._incarnation or self._was_dropped(page, lease):
            return Verdict.OUTDATED
        is_late = self._milliseconds() - lease.began >= page.freshness.kept * 1000
        if is_late or len(page.body) > self._largest or len(page.tags) > MOST_TAGS:
            return Verdict.NOT_KEPT
        entry, _ = self._valid(lease.key, None)
        if entry is None or self._kept[lease.key].lease.began <= lease.began:
            self._kept[lease.key] = _Kept(page=page, lease=lease)
        return Verdict.STORED

    async def release(self, lease: Lease) -> None:
        if (held := self._leases.get(lease.key)) and held[0] == lease.token:
            del self._leases[lease.key]

    async def drop(self, tags: Collection[str]) -> None:
        self._clock += 1
        self._dropped.update(dict.fromkeys(map(slot_of, tags), self._clock))

    async def clear(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._incarnation = self._ids.new()
        self._clock = 0
        self._dropped: dict[int, int] = {}

    def _valid(self, key: str, held: str | None) -> tuple[Entry | None, Freshness]:
        kept = self._kept.get(key)
        if kept is None or kept.lease.incarnation != self._incarnation or self._was_dropped(kept.page, kept.lease):
            return None, Freshness(fresh=0)
        body = None if held == kept.lease.token else kept.page.body
        age = (self._milliseconds() - kept.lease.began) / 1000
        fresh = kept.page.freshness
        return Entry(version=kept.lease.token, body=body, age=age, fresh=fresh.fresh, cost=kept.page.cost), fresh

    def _was_dropped(self, page: Page, lease: Lease) -> bool:
        return any(self._dropped.get(slot_of(tag), 0) > lease.clock for tag in page.tags)

    def _milliseconds(self) -> int:
        return int(self._now() * 1000)
