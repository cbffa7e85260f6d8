"""Counts that are read once in a while, and are the same meanwhile: those of the shop, and who was bought with whom.

What belongs to one user is read each time. Keeps a bounded number of products' partners; decides nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from services.recommendations.models import Partner, Partners, Purchase, Purchases, Shop
from services.recommendations.ports import CountReader
from services.recommendations.refreshing.models import UserPage, UsersAfter
from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.recent import Recent
from services.shared.weeks import WEEK, weeks_until

MOST_PRODUCTS: Final = 5000
"""Of which partners are kept."""

RENEWED: Final = 0.7
"""Of its age the part after which the shop is read again, while the old one is served."""


class SteadyCounts:
    """Implements CountReader on another one. What is older than `age` is read again."""

    def __init__(self, counts: CountReader, clock: Clock, age: timedelta) -> None:
        self._counts = counts
        self._clock = clock
        self._age = age
        self._shop: Shop | None = None
        self._reading = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None
        self._partners: Recent[tuple[datetime, tuple[Partner, ...]]] = Recent(MOST_PRODUCTS)

    async def purchases_of(self, user_ids: Sequence[str], since_week: int) -> Mapping[str, Purchases]:
        """See `CountReader.purchases_of`."""
        return await self._counts.purchases_of(user_ids, since_week)

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """See `CountReader.users_after`."""
        return await self._counts.users_after(wish)

    async def bought_since(self, user_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[Purchase, ...]]:
        """See `CountReader.bought_since`."""
        return await self._counts.bought_since(user_ids, since)

    async def partners_of(self, skus: Sequence[str]) -> Partners:
        """See `CountReader.partners_of`; as they were at most `age` ago."""
        now = self._clock.now()
        known = {sku: kept[1] for sku in skus if (kept := self._partners.look(sku)) and now - kept[0] < self._age}
        missing = [sku for sku in skus if sku not in known]
        if missing:
            read = await self._counts.partners_of(missing)
            for sku in missing:
                known[sku] = read.get(sku, ())
                self._partners.keep(sku, (now, known[sku]))
        return {sku: partners for sku, partners in known.items() if partners}

    async def shop(self, now: datetime) -> Shop:
        """See `CountReader.shop`; as it was at most `age` ago. It is read again before that: only who comes after a
        while in which nobody came waits for it.
        """
        if (shop := self._younger_than(self._age, now)) is None:
            async with self._reading:
                shop = self._younger_than(self._age, now) or await self._read(now)
        elif self._younger_than(self._age * RENEWED, now) is None and (self._renewal is None or self._renewal.done()):
            self._renewal = asyncio.create_task(self._renew(now))
        return shop

    def _younger_than(self, age: timedelta, now: datetime) -> Shop | None:
        shop = self._shop
        return shop if shop and 0 <= weeks_until(now) - shop.now < age / WEEK else None

    async def _renew(self, now: datetime) -> None:
        # Whoever comes once it is too old finds out himself.
        with suppress(Unavailable):
            async with self._reading:
                await self._read(now)

    async def _read(self, now: datetime) -> Shop:
        self._shop = shop = await self._counts.shop(now)
        return shop
