"""The store of answers for who has something else to do when it is away: asked briefly, and not while it owes a drop.

A drop that could not be told is kept and told first when the store is back; until then this process is given no kept
answer, so that whoever changed something here sees it here.
"""

import asyncio
from collections.abc import Collection
from typing import Final

from services.infra.redis import DEPENDENCY
from services.infra.redis_calls.reach import Reach
from services.infra.response_cache.models import Busy, Entry, Lease, Page, Verdict
from services.infra.response_cache.ports import ResponseStore
from services.shared.errors import Unavailable

MOST_OWED: Final = 10_000
"""Tags; beyond them everything is dropped."""


class GuardedResponses:
    """Offers `ports.ResponseStore` on another, by way of what tells whether that is within reach."""

    def __init__(self, store: ResponseStore, reach: Reach, most_owed: int = MOST_OWED) -> None:
        self._store = store
        self._reach = reach
        self._most_owed = most_owed
        self._owed: set[str] = set()
        self._owes_all = False
        self._paying = asyncio.Lock()
        reach.first_when_back(self._pay)

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        self._refuse_while_owing()
        return await self._reach.ask(self._store.look(key, held), left=self._give_back)

    async def lease(self, key: str, instead_of: str) -> Lease | None:
        self._refuse_while_owing()
        return await self._reach.ask(self._store.lease(key, instead_of), left=self._give_back)

    async def store(self, lease: Lease, page: Page) -> Verdict:
        return await self._reach.ask(self._store.store(lease, page))

    async def release(self, lease: Lease) -> None:
        await self._reach.ask(self._store.release(lease))

    async def drop(self, tags: Collection[str]) -> None:
        """As agreed; what could not be told is told later all the same."""
        try:
            await self._reach.ask(self._store.drop(tags))
        except BaseException:
            self._owe(tags)
            raise

    async def clear(self) -> None:
        """As agreed; told later all the same."""
        try:
            await self._reach.ask(self._store.clear())
        except BaseException:
            self._owes_all = True
            self._reach.note_away()
            raise

    def _refuse_while_owing(self) -> None:
        if self._owed or self._owes_all or self._paying.locked():
            raise Unavailable(DEPENDENCY, "is owed a drop")

    def _owe(self, tags: Collection[str]) -> None:
        self._owed.update(tags)
        if len(self._owed) > self._most_owed:
            self._owes_all = True
            self._owed.clear()
        self._reach.note_away()

    async def _pay(self) -> None:
        """What comes to be owed meanwhile is paid as well, and by one payer at a time."""
        async with self._paying:
            while self._owed or self._owes_all:
                owed, owes_all = self._owed, self._owes_all
                self._owed, self._owes_all = set(), False
                try:
                    await (self._store.clear() if owes_all else self._store.drop(owed))
                except BaseException:
                    self._owed |= owed
                    self._owes_all |= owes_all
                    raise

    async def _give_back(self, answer: Entry | Lease | Busy | None) -> None:
        """A lease that came too late is somebody else's to take."""
        if isinstance(answer, Lease):
            await self._store.release(answer)
