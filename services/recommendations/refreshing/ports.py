"""The faces of recommendations to workflows. Protocols only."""

from typing import Protocol

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
from services.shared.events import Origin


class RefreshSteps(Protocol):
    """What workflows ask to keep lists up to date, and to write of them. All of it can be repeated; all of it raises
    Unavailable.
    """

    async def refresh_users(self, wish: RefreshUsers, origin: Origin) -> RefreshedUsers:
        """Makes their lists anew, and tells of each that is not as before in the same transaction."""
        ...

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """The next of all who have bought something, in the order of their places, each once."""
        ...

    async def recommend_to(self, wish: RecommendTo) -> RecommendedSkus:
        """As `Recommendations.recommendations_of`, for many users at once."""
        ...


class RebuildSteps(Protocol):
    """What a new count of all orders asks. All of it can be repeated; all of it raises Unavailable."""

    async def begin_rebuild(self, wish: OneRebuild) -> None:
        """Empty counts beside those that are read; from its end on events are counted in both. Without effect where
        this rebuild has begun; what another one has left unfinished is thrown away.
        """
        ...

    async def count_standing(self, wish: CountStanding) -> CountedOrders:
        """Counts orders that stand in the new counts. Raises Conflict where this rebuild does not go on."""
        ...

    async def finish_rebuild(self, wish: OneRebuild) -> None:
        """The new counts are read from now on; without effect where they are. Raises Conflict as above."""
        ...
