"""What others bought before a test begins, and what is recommended to whom: the real service on its memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from services.recommendations.counting.memory import MemoryCounts, MemoryShelf
from services.recommendations.counting.models import OrderNews
from services.recommendations.memory import MemoryLists
from services.recommendations.models import Basis, Ranked, Rule, ShelfProduct, UserList
from services.recommendations.rules.recommender import Recommender
from services.recommendations.service import RecommendationService
from services.shared.clock import Clock
from services.shared.standing_orders import StandingLine, StandingOrder

AGO = timedelta(days=2)
REST = timedelta(days=1)


@dataclass
class Past:
    """Counts, products and lists in memory, and the service on them."""

    clock: Clock
    shelf: MemoryShelf = field(default_factory=MemoryShelf)
    lists: MemoryLists = field(default_factory=MemoryLists)
    numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.counts = MemoryCounts(self.shelf)
        self.service = RecommendationService(self.counts, self.lists, Recommender(), self.clock, REST)

    async def bought(self, baskets: Mapping[tuple[str, ...], int]) -> None:
        """So many orders of each basket, by somebody who is nobody of the test."""
        skus = {sku for basket in baskets for sku in basket}
        await self.shelf.note(
            [ShelfProduct(sku=sku, name=sku.title(), categories=("desk",), active=True, version=1) for sku in skus]
        )
        orders = [self._order(basket) for basket, times in baskets.items() for _ in range(times)]
        await self.counts.count([OrderNews(order=order, stands=True) for order in orders])

    async def trends(self, skus: Iterable[str]) -> None:
        """These are bought, the first of them most."""
        ranked = list(skus)
        await self.bought({(sku,): len(ranked) - place for place, sku in enumerate(ranked)})

    def list_for(self, user_id: str, *items: tuple[str, Rule, Basis]) -> None:
        """What was computed for the user, best first."""
        ranked = (
            Ranked(sku=sku, score=1 / place, rule=rule, basis=basis)
            for place, (sku, rule, basis) in enumerate(items, 1)
        )
        self.lists.lists[user_id] = UserList(
            user_id=user_id, items=tuple(ranked), computed_at=self.clock.now(), version=1
        )

    def _order(self, basket: tuple[str, ...]) -> StandingOrder:
        number = next(self.numbers)
        return StandingOrder(
            order_id=f"past-{number}",
            customer_id=f"somebody-{number}",
            placed_at=self.clock.now() - AGO,
            lines=tuple(StandingLine(sku=sku, quantity=1) for sku in basket),
        )
