"""Makes lists anew from what is counted now, and answers what workflows ask. On its ports: no database here."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias

from services.recommendations.counting.ports import CountStore
from services.recommendations.events import refreshed_event
from services.recommendations.limits import KEPT_WEEKS
from services.recommendations.models import Basis, ListChange, Purchases, Ranked, Rule, UserList
from services.recommendations.ports import CountReader, ListStore, Rules
from services.recommendations.refreshing.models import (
    CountedOrders,
    CountStanding,
    OneRebuild,
    RecommendedSkus,
    RecommendTo,
    RefreshedUsers,
    RefreshUsers,
    UserPage,
    UsersAfter,
)
from services.recommendations.refreshing.partners import PartnersOfJob
from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.events import Event, Origin
from services.shared.ids import IdFactory

ATTEMPTS: Final = 10
Offering: TypeAlias = Callable[[RecommendTo], Awaitable[RecommendedSkus]]


class ListMaker:
    """Computes users' lists by the rules, and stores those that are not as they were."""

    def __init__(self, counts: CountReader, lists: ListStore, rules: Rules, clock: Clock, ids: IdFactory) -> None:
        self._counts = counts
        self._partners = PartnersOfJob(counts)
        self._lists = lists
        self._rules = rules
        self._clock = clock
        self._ids = ids

    async def make(self, user_ids: Sequence[str], origin: Origin, job: str | None = None) -> int:
        """How many of their lists are others than before, because of `origin`; `job` as in RefreshUsers.

        Raises Unavailable.
        """
        for _ in range(ATTEMPTS):
            # Before the counts: who is overtaken by newer ones finds another list, and begins again.
            was = await self._lists.lists_of(user_ids)
            ranked = await self._ranked(user_ids, job)
            changes = [
                change for user_id in ranked if (change := self._change(user_id, was.get(user_id), ranked[user_id]))
            ]
            if await self._lists.keep(changes, [event for change in changes for event in self._told(change, origin)]):
                return len(changes)
        raise Unavailable("database", "others were first again and again")

    async def _ranked(self, user_ids: Sequence[str], job: str | None) -> Mapping[str, tuple[Ranked, ...]]:
        shop = await self._counts.shop(self._clock.now())
        found = await self._counts.purchases_of(user_ids, int(shop.now) - KEPT_WEEKS)
        histories: dict[str, Purchases] = {user_id: found.get(user_id, {}) for user_id in user_ids}
        anchors = {user_id: self._rules.anchors_of(shop, history) for user_id, history in histories.items()}
        partners = await self._partners.of(sorted({sku for some in anchors.values() for sku in some}), job)
        ranked = {}
        for user_id, history in histories.items():
            known = {sku: partners[sku] for sku in anchors[user_id] if sku in partners}
            ranked[user_id] = self._rules.recommend(shop, history, known)
            # Whoever waits for an answer of this process waits for one user's list at most.
            await asyncio.sleep(0)
        return ranked

    def _change(self, user_id: str, was: UserList | None, items: tuple[Ranked, ...]) -> ListChange | None:
        """None where a reader would see no difference: scores move with time, their order seldom."""
        if (was is None and not items) or (was is not None and _read(was.items) == _read(items)):
            return None
        version = was.version if was else 0
        if was is None or _offered(was.items) != _offered(items):
            version += 1
        now = UserList(user_id=user_id, items=items, computed_at=self._clock.now(), version=version)
        return ListChange(was=was, now=now)

    def _told(self, change: ListChange, origin: Origin) -> list[Event]:
        """What others are told of: other products, or for other rules; not that the counts behind them have grown."""
        if change.was is not None and change.was.version == change.now.version:
            return []
        of_user = dataclasses.replace(origin, correlation_id=change.now.user_id)
        return [refreshed_event(change.now, self._ids.new(), of_user)]


class RefreshService:
    """Offers Steps. `recommend_to` is whoever shows lists."""

    def __init__(self, maker: ListMaker, recommend_to: Offering, counts: CountReader, store: CountStore) -> None:
        self._maker = maker
        self._recommend_to = recommend_to
        self._counts = counts
        self._store = store

    async def refresh_users(self, wish: RefreshUsers, origin: Origin) -> RefreshedUsers:
        """See `RefreshSteps.refresh_users`."""
        changed = await self._maker.make(wish.user_ids, origin, wish.job)
        return RefreshedUsers(users=len(wish.user_ids), changed=changed)

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """See `RefreshSteps.users_after`."""
        return await self._counts.users_after(wish)

    async def recommend_to(self, wish: RecommendTo) -> RecommendedSkus:
        """See `RefreshSteps.recommend_to`."""
        return await self._recommend_to(wish)

    async def begin_rebuild(self, wish: OneRebuild) -> None:
        """See `RebuildSteps.begin_rebuild`."""
        await self._store.begin_rebuild(wish.rebuild_id)

    async def count_standing(self, wish: CountStanding) -> CountedOrders:
        """See `RebuildSteps.count_standing`."""
        return CountedOrders(counted=await self._store.count_standing(wish.rebuild_id, wish.orders))

    async def finish_rebuild(self, wish: OneRebuild) -> None:
        """See `RebuildSteps.finish_rebuild`."""
        await self._store.finish_rebuild(wish.rebuild_id)


def _read(items: Sequence[Ranked]) -> list[tuple[str, Rule, Basis]]:
    return [(item.sku, item.rule, item.basis) for item in items]


def _offered(items: Sequence[Ranked]) -> list[tuple[str, str]]:
    return [(item.sku, item.rule) for item in items]
