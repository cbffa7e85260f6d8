"""Answers kept in Redis, for all gateways together: each step is one script there, by Redis' own clock."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from services.infra.redis import DEPENDENCY
from services.infra.redis_calls.scripts import RedisScripts, Word
from services.infra.response_cache.bodies import pack, unpack
from services.infra.response_cache.lua import CLEAR, DROP, LEASE, LOOK, RELEASE, STORE
from services.infra.response_cache.models import MOST_TAGS, Busy, Entry, Lease, Page, Verdict
from services.infra.response_cache.tags import slot_of
from services.shared.errors import Unavailable
from services.shared.ids import IdFactory

PREFIX: Final = "caravan:cache:1:"
"""With the version of what is written here: processes of another version know nothing of it, and share no entry."""
MOST_DROPPED: Final = 2_000
"""Slots a script: more would not fit on Lua's stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRules:
    """What is kept, and how long somebody may compute (seconds) before another may as well.

    Attributes:
        largest: bytes of a body, before it is compressed.
        prefix: of every key.
    """

    leased_for: float = 1.0
    largest: int = 512 * 1024
    prefix: str = PREFIX


class RedisResponses:
    """Offers `ports.ResponseStore`. Every method raises Unavailable when Redis does not answer as it should."""

    def __init__(self, scripts: RedisScripts, ids: IdFactory, rules: StoreRules | None = None) -> None:
        self._scripts = scripts
        self._ids = ids
        self._rules = rules or StoreRules()
        self._epochs = f"{self._rules.prefix}epochs"
        self._leased = int(self._rules.leased_for * 1000)

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        token = self._ids.new()
        reply = await self._scripts.run(LOOK, self._keys(key), (token, self._leased, held or ""))
        if reply[0] == b"entry":
            return self._entry(reply[1])
        return self._turn(key, token, reply, self._entry(reply[4]) if reply[4] else None)

    async def lease(self, key: str, instead_of: str) -> Lease | None:
        token = self._ids.new()
        reply = await self._scripts.run(LEASE, self._keys(key), (token, self._leased, instead_of))
        turn = self._turn(key, token, reply, None)
        return turn if isinstance(turn, Lease) else None

    async def store(self, lease: Lease, page: Page) -> Verdict:
        fits = len(page.body) <= self._rules.largest and len(page.tags) <= MOST_TAGS
        packing, body = pack(page.body) if fits else ("", b"")
        fresh = page.freshness
        times = (int(seconds * 1000) for seconds in (fresh.fresh, fresh.while_refreshed, fresh.if_failing))
        slots = ",".join(str(slot) for slot in sorted({slot_of(tag) for tag in page.tags}))
        began = (lease.token, lease.incarnation, lease.clock, lease.began)
        made: tuple[Word, ...] = (*began, *times, int(page.cost * 1000), packing, slots, body)
        reply = await self._scripts.run(STORE, self._keys(lease.key), made)
        return Verdict(reply.decode())

    async def release(self, lease: Lease) -> None:
        await self._scripts.run(RELEASE, self._keys(lease.key)[2:], (lease.token,))

    async def drop(self, tags: Collection[str]) -> None:
        slots = iter(sorted({slot_of(tag) for tag in tags}))
        while struck := list(islice(slots, MOST_DROPPED)):
            await self._scripts.run(DROP, (self._epochs,), struck)

    async def clear(self) -> None:
        await self._scripts.run(CLEAR, (self._epochs,), ())

    def _keys(self, key: str) -> tuple[str, str, str]:
        return self._epochs, f"{self._rules.prefix}entry:{key}", f"{self._rules.prefix}lease:{key}"

    def _entry(self, shown: list[Any]) -> Entry:
        version, age, fresh, cost, packing, body = shown
        return Entry(
            version=version.decode(),
            body=None if body is None else unpack(packing.decode(), body, self._rules.largest),
            age=age / 1000,
            fresh=fresh / 1000,
            cost=cost / 1000,
        )

    def _turn(self, key: str, token: str, reply: list[Any], fallback: Entry | None) -> Lease | Busy:
        if reply[0] == b"busy":
            return Busy(seconds=reply[1] / 1000, fallback=fallback)
        if reply[0] != b"lease":
            raise Unavailable(DEPENDENCY, "answers something else")
        return Lease(
            key=key,
            token=token,
            incarnation=reply[1].decode(),
            clock=reply[2],
            began=reply[3],
            fallback=fallback,
        )
