"""Recommendations in memory: what is counted, the rules that serve, lists, and what is shown of them."""

from datetime import timedelta

from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from services.recommendations.counting.steady import SteadyCounts
from services.recommendations.memory import MemoryLists
from services.recommendations.models import ShelfProduct
from services.recommendations.refreshing.service import ListMaker, RefreshService
from services.recommendations.rules.recommender import Recommender
from services.recommendations.service import RecommendationService
from services.shared.actors import Actor, Role
from services.shared.events import Origin
from tests.recommendations.counts.makers import an_order, called_off, stands
from tests.support.doubles import CountingIds, StandingClock

ADA = Actor(user_id="ada", roles=frozenset({Role.CUSTOMER}))
REST = timedelta(hours=24)
ORIGIN = Origin(correlation_id="all", causation_id="recommendations/all")


class House:
    """All of it; counts are read each time."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.shelf = MemoryShelf()
        self.counts = MemoryCounts(self.shelf)
        self.lists = MemoryLists()
        rules = Recommender()
        reader = SteadyCounts(self.counts, self.clock, timedelta(0))
        self.maker = ListMaker(reader, self.lists, rules, self.clock, CountingIds())
        self.face = RecommendationService(reader, self.lists, rules, self.clock, REST)
        self.steps = RefreshService(self.maker, self.face.recommend_to, reader, self.counts)

    async def stock(self, *skus: str, active: bool = True, version: int = 1) -> None:
        """Products, each of a category of its own."""
        await self.shelf.note(
            [
                ShelfProduct(sku=sku, name=sku.title(), categories=(f"c-{sku}",), active=active, version=version)
                for sku in skus
            ]
        )

    async def buys(self, user: str, *skus: str, order: str, weeks_ago: int = 1) -> None:
        """Counted at once."""
        await self.counts.count(stands(an_order(order, *skus, user=user, weeks_ago=weeks_ago)))

    async def cancels(self, user: str, *skus: str, order: str, weeks_ago: int = 1) -> None:
        """Taken back at once."""
        await self.counts.count(called_off(an_order(order, *skus, user=user, weeks_ago=weeks_ago)))

    async def history(self, user: str = "ada") -> None:
        """A pen four times and ink with it once; others buy pen and ink, and caps."""
        for number in range(4):
            await self.buys(user, "pen", order=f"{user}-{number}", weeks_ago=number + 1)
        for number in range(5):
            await self.buys(f"other-{number}", "pen", "ink", order=f"other-{number}")
        for number in range(3):
            await self.buys(f"third-{number}", "cap", order=f"third-{number}")
