"""The bodies that this process has seen last, so that they need not travel again. Never given without the store's word.

Each look still asks the store, which says whether the version that is held here is still the one to give.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from services.infra.response_cache.models import Busy, Entry, Lease, Page, Verdict
from services.infra.response_cache.ports import ResponseStore

ROOM: Final = 32 * 1024 * 1024
"""Bytes of bodies."""


class NearResponses:
    """Offers `ports.ResponseStore` on another; what was not given for longest is forgotten first."""

    def __init__(self, store: ResponseStore, room: int = ROOM) -> None:
        self._store = store
        self._room = room
        self._held: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._bytes = 0

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        version, body = self._held.get(key, ("", b""))
        found = await self._store.look(key, version or held)
        if isinstance(found, Entry):
            return self._whole(key, found, version, body)
        if found.fallback is not None:
            return replace(found, fallback=self._whole(key, found.fallback, version, body))
        return found

    async def lease(self, key: str, instead_of: str) -> Lease | None:
        return await self._store.lease(key, instead_of)

    async def store(self, lease: Lease, page: Page) -> Verdict:
        verdict = await self._store.store(lease, page)
        if verdict is Verdict.STORED:
            self._hold(lease.key, lease.token, page.body)
        return verdict

    async def release(self, lease: Lease) -> None:
        await self._store.release(lease)

    async def drop(self, tags: Collection[str]) -> None:
        await self._store.drop(tags)

    async def clear(self) -> None:
        await self._store.clear()

    def _whole(self, key: str, entry: Entry, version: str, body: bytes) -> Entry:
        if entry.body is not None:
            self._hold(key, entry.version, entry.body)
            return entry
        if entry.version != version:
            return entry
        if key in self._held:
            self._held.move_to_end(key)
        return replace(entry, body=body)

    def _hold(self, key: str, version: str, body: bytes) -> None:
        self._bytes += len(body) - len(self._held.pop(key, ("", b""))[1])
        self._held[key] = (version, body)
        while self._bytes > self._room:
            self._bytes -= len(self._held.popitem(last=False)[1][1])
