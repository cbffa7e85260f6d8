"""The steps of recommendations. No rule here: unwrap, call the service; a batch is walked page by page, and beats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from temporalio import activity

from activities.origin import origin
from services.recommendations.refreshing.models import (
    CountedOrders,
    CountStanding,
    OneRebuild,
    RecommendedSkus,
    RecommendTo,
    RefreshedUsers,
    RefreshUsers,
    UsersAfter,
)
from services.recommendations.refreshing.ports import RebuildSteps, RefreshSteps

PAGE: Final = 100
"""Users whose lists are made and written together: what one beat of a batch stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshBatch:
    """The wish that the lists of the next users, about `limit`, are made anew; of those behind the place `after`."""

    after: str = ""
    limit: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshedBatch:
    """How many lists were made, how many are not as before, and where to go on.

    Attributes:
        after: the place up to which users are done.
        more: whether there may be users behind it.
    """

    users: int = 0
    changed: int = 0
    after: str = ""
    more: bool = True

    def with_page(self, page: RefreshedUsers, after: str | None) -> "RefreshedBatch":
        """With one more page; `after` None: it was the last."""
        return RefreshedBatch(
            users=self.users + page.users,
            changed=self.changed + page.changed,
            after=self.after if after is None else after,
            more=after is not None,
        )


class RecommendationActivities:
    """What workflows may ask of recommendations; runs on queue `recommendations`."""

    def __init__(self, lists: RefreshSteps, counts: RebuildSteps) -> None:
        self._lists = lists
        self._counts = counts

    @activity.defn(name="recommendations.refresh_users")
    async def refresh_users(self, wish: RefreshUsers) -> RefreshedUsers:
        """Their lists, made anew."""
        return await self._lists.refresh_users(wish, origin())

    @activity.defn(name="recommendations.refresh_batch")
    async def refresh_batch(self, wish: RefreshBatch) -> RefreshedBatch:
        """Page by page; begun anew it goes on behind the last page that it told of. A worker that is told to end
        begins no further page.
        """
        done = _told_before(activity.info().heartbeat_details) or RefreshedBatch(after=wish.after)
        while done.more and done.users < wish.limit and not activity.is_worker_shutdown():
            page = await self._lists.users_after(UsersAfter(after=done.after, limit=PAGE))
            # A run, and not a workflow: one of the same id that begins later sees what was bought meanwhile.
            job = activity.info().workflow_run_id
            made = await self._lists.refresh_users(RefreshUsers(user_ids=page.user_ids, job=job), origin())
            done = done.with_page(made, page.after)
            activity.heartbeat(done.users, done.changed, done.after, done.more)
        return done

    @activity.defn(name="recommendations.recommend_to")
    async def recommend_to(self, wish: RecommendTo) -> RecommendedSkus:
        """What is recommended to each of them now."""
        return await self._lists.recommend_to(wish)

    @activity.defn(name="recommendations.begin_rebuild")
    async def begin_rebuild(self, wish: OneRebuild) -> None:
        """Empty counts, in which events count from now on."""
        await self._counts.begin_rebuild(wish)

    @activity.defn(name="recommendations.count_standing")
    async def count_standing(self, wish: CountStanding) -> CountedOrders:
        """These orders as well. Refuses with CONFLICT once another rebuild has begun."""
        return await self._counts.count_standing(wish)

    @activity.defn(name="recommendations.finish_rebuild")
    async def finish_rebuild(self, wish: OneRebuild) -> None:
        """The new counts are read from now on. Refuses as `count_standing` does."""
        await self._counts.finish_rebuild(wish)


def _told_before(details: Sequence[object]) -> RefreshedBatch | None:
    """What an earlier attempt has told of itself; None where it told nothing."""
    if not details:
        return None
    users, changed, after, more = details
    return RefreshedBatch(users=int(str(users)), changed=int(str(changed)), after=str(after), more=bool(more))
