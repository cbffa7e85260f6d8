"""Gives kept answers, and makes one where there is none. Decides nothing about which answers may be kept."""

import time
from collections.abc import Callable, Collection

from gateway.caching.ports import Answer, Compute, Computed, Source
from services.infra.response_cache.models import Entry, Lease, Page
from services.infra.response_cache.ports import ResponseStore
from services.shared.errors import Unavailable


class CachedResponses:
    """Offers `ports.ResponseCache`. `now` gives seconds that only ever grow."""

    def __init__(self, store: ResponseStore, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now

    async def answer(self, key: str, compute: Compute) -> Answer:
        try:
            found = await self._store.look(key)
        except Unavailable:
            return _made(await compute(), Source.BYPASS)
        if isinstance(found, Entry):
            assert found.body is not None  # noqa: S101 (none is held here)
            return Answer(body=found.body, source=Source.HIT, age=found.age, fresh_for=found.fresh_for)
        if isinstance(found, Lease):
            return await self._led(found, compute)
        return _made(await compute(), Source.MISS)

    async def drop(self, tags: Collection[str]) -> None:
        await self._store.drop(tags)

    async def close(self) -> None:
        pass

    async def _led(self, lease: Lease, compute: Compute) -> Answer:
        began = self._now()
        try:
            made = await compute()
        except BaseException:
            await self._store.release(lease)
            raise
        if made.freshness is None:
            await self._store.release(lease)
        else:
            cost = self._now() - began
            page = Page(body=made.body, tags=made.tags, freshness=made.freshness, cost=cost)
            await self._store.store(lease, page)
        return _made(made, Source.MISS)


def _made(made: Computed, source: Source) -> Answer:
    return Answer(body=made.body, source=source, fresh_for=made.freshness.fresh if made.freshness else 0.0)
