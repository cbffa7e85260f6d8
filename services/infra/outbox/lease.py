"""The lease: which one of a service's relays publishes. Knows no event.

One document with a holder, a fence number that grows with every change of holder, and a count that its holder raises
while it lives. Nobody compares wall clocks: who waits takes over when that count has stood still for as long as a lease
lasts by its own clock, and who holds it stops earlier than that by its own.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import structlog

from services.infra.mongo import Database, unavailable_when_away
from services.infra.outbox.times import LeaseTimes
from services.infra.transaction import Document
from services.shared.clock import Clock
from services.shared.errors import Unavailable

COLLECTION: Final = "outbox_leases"
LEASE: Final = "relay"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the document said, and since when it has said so, by our own clock."""

    fence: int
    renewals: int
    since: float


class Lease:
    """One relay's part in it. `keep` it as a task; `release` it when nothing is published any more.

    `clean_until` is a moment before which nothing waited, as far as its holder knows; the next holder is told.
    `changed` is set whenever it was got or lost; whoever waits for it clears it.
    """

    def __init__(self, database: Database, holder: str, clock: Clock, times: LeaseTimes) -> None:
        self._collection = database.collection(COLLECTION)
        self._holder = holder
        self._clock = clock
        self._times = times
        self._fence = 0
        self._until = 0.0
        self._seen: _Seen | None = None
        self._standbys = 0
        self._said = 0.0
        self._company_until = 0.0
        self.clean_until = clock.now()
        self.changed = asyncio.Event()

    @property
    def fence(self) -> int:
        """The number of our term; 0 while it is not ours."""
        return self._fence

    @property
    def is_held(self) -> bool:
        """Whether we may publish now."""
        return self._fence > 0 and _now() < self._until

    @property
    def has_company(self) -> bool:
        """Whether it is ours, and another relay waits for it."""
        return self.is_held and _now() < self._company_until

    async def keep(self) -> None:
        """Takes it when it is free, and renews it. Goes on until cancelled."""
        while True:
            held = self.is_held
            try:
                await (self._renew() if self._fence else self._try_to_take())
            except Unavailable as failure:
                log.warning("lease not reached", dependency=failure.dependency)
            if held != self.is_held:
                self.changed.set()
            await asyncio.sleep(self._times.renew if self._fence else self._times.look)

    async def release(self) -> None:
        """Lets another relay have it at once. Raises Unavailable."""
        fence, self._fence = self._fence, 0
        if fence:
            with unavailable_when_away():
                await self._collection.update_one(
                    self._of(fence), {"$set": {"holder": None, "clean_until": self.clean_until}}
                )

    async def _renew(self) -> None:
        started = _now()
        change = {"$inc": {"renewals": 1}, "$set": {"clean_until": self.clean_until}}
        found = await self._changed(self._of(self._fence), change)
        if found is None:
            log.warning("lease lost", fence=self._fence)
            self._fence = 0
            return
        self._until = started + self._times.lasts - self._times.margin
        if found["standbys"] != self._standbys:
            self._standbys = found["standbys"]
            self._company_until = started + self._times.lasts

    async def _try_to_take(self) -> None:
        with unavailable_when_away():
            found = await self._collection.find_one({"_id": LEASE})
        if found is None:
            found = await self._created()
        if found["holder"] is None or self._stood_still(found):
            await self._take(found)
        elif _now() - self._said >= self._times.renew:
            # So that the holder knows that others commit, too.
            self._said = _now()
            await self._changed({"_id": LEASE}, {"$inc": {"standbys": 1}})

    def _stood_still(self, found: Document) -> bool:
        if self._seen is None or (self._seen.fence, self._seen.renewals) != (found["fence"], found["renewals"]):
            self._seen = _Seen(fence=found["fence"], renewals=found["renewals"], since=_now())
        return _now() - self._seen.since >= self._times.lasts

    async def _created(self) -> Document:
        fresh = {"holder": None, "fence": 0, "renewals": 0, "standbys": 0, "since": self._clock.now()}
        with unavailable_when_away():
            await self._collection.update_one({"_id": LEASE}, {"$setOnInsert": fresh}, upsert=True)
        return fresh

    async def _take(self, found: Document) -> None:
        started = _now()
        expected = {"_id": LEASE, "fence": found["fence"], "renewals": found["renewals"], "holder": found["holder"]}
        taken = await self._changed(expected, {"$set": {"holder": self._holder}, "$inc": {"fence": 1, "renewals": 1}})
        if taken is not None:
            self._fence, self._standbys = taken["fence"], taken["standbys"]
            self.clean_until = taken.get("clean_until") or taken["since"]
            self._until = started + self._times.lasts - self._times.margin
            self._seen = None
            log.info("lease taken", fence=self._fence)

    async def _changed(self, wanted: Document, change: Document) -> Document | None:
        with unavailable_when_away():
            found: Document | None = await self._collection.find_one_and_update(wanted, change, return_document=True)
        return found

    def _of(self, fence: int) -> dict[str, Any]:
        return {"_id": LEASE, "fence": fence, "holder": self._holder}


async def is_taken(database: Database) -> bool:
    """Whether any relay has the lease; one that was killed has it until another takes it. Raises Unavailable."""
    with unavailable_when_away():
        return bool(await database.collection(COLLECTION).count_documents({"_id": LEASE, "holder": {"$ne": None}}))


def _now() -> float:
    return asyncio.get_running_loop().time()
