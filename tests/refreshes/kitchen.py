"""Recommendations as workflows meet them: lists and counts that are made anew; slow or away as a test wants."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

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
from services.shared.errors import Conflict, Unavailable
from services.shared.events import Origin
from services.shared.standing_orders import ListStandingOrders, StandingLine, StandingOrder, StandingOrders
from tests.campaigns.post import EngineClock


@dataclass
class Kitchen:
    """One test's world. Offers RefreshSteps, RebuildSteps, and of orders what a rebuild asks.

    Attributes:
        users: who has bought something.
        made: how often each user's list was made.
        gate: while it is clear, a step that makes lists waits; `entered` says that one does.
        stops_after: so many pages later the gate is closed, once.
        away: so many steps fail before one is done.
        orders: those that stand, newest first.
        generations: the orders in each count, by its rebuild; `serving` is the one that is read.
    """

    users: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    stops_after: int | None = None
    away: int = 0
    pages: int = 0
    orders: list[StandingOrder] = field(default_factory=list)
    generations: dict[str, set[str]] = field(default_factory=dict)
    building: str = ""
    serving: str = ""

    def __post_init__(self) -> None:
        self.gate.set()

    # -------------------------------------------------------------- lists

    async def refresh_users(self, wish: RefreshUsers, origin: Origin) -> RefreshedUsers:
        """See RefreshSteps."""
        assert origin.causation_id
        self._answer()
        self.entered.set()
        await self.gate.wait()
        news = [user for user in wish.user_ids if not self.made[user]]
        self.made.update(wish.user_ids)
        self.pages += 1
        if self.stops_after is not None and self.pages >= self.stops_after:
            self.stops_after = None
            self.entered.clear()
            self.gate.clear()
        return RefreshedUsers(users=len(wish.user_ids), changed=len(news))

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """See RefreshSteps. A place is the number of users up to it."""
        self._answer()
        place = int(wish.after or 0)
        end = place + wish.limit
        return UserPage(user_ids=tuple(self.users[place:end]), after=str(end) if end < len(self.users) else None)

    async def recommend_to(self, wish: RecommendTo) -> RecommendedSkus:
        """No workflow of these asks for it."""
        raise AssertionError(wish)

    # -------------------------------------------------------------- counts

    async def begin_rebuild(self, wish: OneRebuild) -> None:
        """See RebuildSteps."""
        self._answer()
        if wish.rebuild_id not in self.generations:
            self.generations[wish.rebuild_id] = set()
            self.building = wish.rebuild_id

    async def count_standing(self, wish: CountStanding) -> CountedOrders:
        """See RebuildSteps."""
        self._answer()
        if wish.rebuild_id != self.building:
            raise Conflict("another rebuild has begun")
        known = self.generations[wish.rebuild_id]
        news = {order.order_id for order in wish.orders} - known
        known |= news
        return CountedOrders(counted=len(news))

    async def finish_rebuild(self, wish: OneRebuild) -> None:
        """See RebuildSteps."""
        self._answer()
        self.serving = wish.rebuild_id

    async def list_standing(self, wish: ListStandingOrders) -> StandingOrders:
        """See `OrderSteps.list_standing`."""
        place = int(wish.after or 0)
        end = place + wish.limit
        return StandingOrders(orders=tuple(self.orders[place:end]), after=str(end), has_more=end < len(self.orders))

    def stand(self, number: int) -> None:
        """So many orders more stand."""
        lines = (StandingLine(sku="ink", quantity=2),)
        numbers = count(len(self.orders))
        self.orders += [
            StandingOrder(order_id=f"o{next(numbers)}", customer_id="u1", placed_at=EngineClock().now(), lines=lines)
            for _ in range(number)
        ]

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("database")
