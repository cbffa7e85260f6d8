"""The faces of recommendations to workflows. Protocols only."""

from typing import Protocol

from services.recommendations.refreshing.models import (
    CountedOrders,
    CountOrders,
    Rebuild,
    RecommendedSkus,
    RecommendTo,
    RefreshedUsers,
    RefreshUsers,
    UserPage,
    UsersAfter,
)


class RefreshSteps(Protocol):
    """What workflows ask to keep lists up to date, and to write of them. All of it can be repeated; all of it raises
    Unavailable.
    """

    async def refresh_users(self, wish: RefreshUsers) -> RefreshedUsers:
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

    async def begin_rebuild(self) -> Rebuild:
        """Empty counters beside those that are read; from its end on events are counted in both. What an unfinished
        rebuild has left is thrown away.
        """
        ...

    async def count_orders(self, wish: CountOrders) -> CountedOrders:
        """Counts orders that stand in the generation that is being built. Raises NotFound for another one."""
        ...

    async def finish_rebuild(self, rebuild: Rebuild) -> None:
        """Has its counters read from now on, and throws the earlier ones away; without effect where they are read
        already. Raises NotFound for a generation that is neither.
        """
        ...


class Steps(RefreshSteps, RebuildSteps, Protocol):
    """Both."""
