"""Counts and products kept in memory: the stores' double for tests, held to the same contract suites. Lost with the
process.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.recommendations.counting.models import Changes, Mark, OrderNews
from services.recommendations.counting.tally import tally, units_of
from services.recommendations.counting.versions import outcome_of
from services.recommendations.models import (
    Partner,
    Partners,
    Purchase,
    Purchases,
    Sales,
    ShelfProduct,
    Shop,
    Sold,
)
from services.recommendations.ports import MOST_PARTNERS
from services.recommendations.refreshing.models import UserPage, UsersAfter
from services.shared.errors import Conflict
from services.shared.receipts import Outcome
from services.shared.standing_orders import StandingOrder
from services.shared.weeks import week_of, weeks_until


class MemoryShelf:
    """Implements Shelf. `products` by SKU."""

    def __init__(self) -> None:
        self.products: dict[str, ShelfProduct] = {}

    async def note(self, products: Sequence[ShelfProduct]) -> Sequence[Outcome]:
        """See `Shelf.note`."""
        outcomes = []
        for product in products:
            outcomes.append(await self.preview(product))
            if outcomes[-1] is Outcome.APPLIED:
                self.products[product.sku] = product
        return outcomes

    async def preview(self, product: ShelfProduct) -> Outcome:
        """See `Shelf.preview`."""
        return outcome_of(product, self.products.get(product.sku))


class _Generation:
    """Counts, and the marks of what is in them."""

    def __init__(self) -> None:
        self.marks: dict[str, Mark] = {}
        self.orders: dict[str, StandingOrder] = {}
        self.sales: defaultdict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
        self.buyers: set[str] = set()
        self.pairs: Counter[tuple[str, str]] = Counter()

    def take(self, news: Sequence[OrderNews], gone: dict[str, Mark]) -> tuple[Sequence[Outcome], int]:
        """The outcomes, and how many orders are new and stand."""
        found = tally(news, self.marks | gone)
        self.marks |= dict.fromkeys((order.order_id for order in found.counted), Mark.COUNTED)
        self.marks |= dict.fromkeys((*found.void, *found.taken_back), Mark.VOID)
        self.orders |= {order.order_id: order for order in found.counted}
        self.buyers |= {order.customer_id for order in found.counted}
        for order_id in found.taken_back:
            del self.orders[order_id]
        self._change(found.changes)
        return found.outcomes, len(found.counted)

    def _change(self, changes: Changes) -> None:
        for (sku, week), sold in changes.sales.items():
            self.sales[sku][week, "orders"] += sold.orders
            self.sales[sku][week, "units"] += sold.units
        for pair, count in changes.pairs.items():
            self.pairs[pair] += count


class MemoryCounts:
    """Implements CountStore and CountReader; products are those of the shelf."""

    def __init__(self, shelf: MemoryShelf) -> None:
        self._shelf = shelf
        self._serving = _Generation()
        self._building: _Generation | None = None
        self._rebuild_id: str | None = None
        self._gone: dict[str, Mark] = {}

    async def count(self, news: Sequence[OrderNews]) -> Sequence[Outcome]:
        """See `CountStore.count`."""
        if self._building:
            self._building.take(news, self._gone)
        outcomes, _ = self._serving.take(news, self._gone)
        self._gone |= {each.order.order_id: Mark.VOID for each in news if not each.stands}
        return outcomes

    async def preview(self, news: OrderNews) -> Outcome:
        """See `CountStore.preview`."""
        (outcome,) = tally([news], self._serving.marks | self._gone).outcomes
        return outcome

    async def begin_rebuild(self, rebuild_id: str) -> None:
        """See `CountStore.begin_rebuild`."""
        if self._rebuild_id != rebuild_id:
            self._building, self._rebuild_id = _Generation(), rebuild_id

    async def count_standing(self, rebuild_id: str, orders: Sequence[StandingOrder]) -> int:
        """See `CountStore.count_standing`."""
        news = [OrderNews(order=order, stands=True) for order in orders]
        return self._built_by(rebuild_id).take(news, self._gone)[1]

    async def finish_rebuild(self, rebuild_id: str) -> None:
        """See `CountStore.finish_rebuild`."""
        if self._building is not None or self._rebuild_id != rebuild_id:
            self._serving, self._building = self._built_by(rebuild_id), None

    def _built_by(self, rebuild_id: str) -> _Generation:
        if self._building is None or self._rebuild_id != rebuild_id:
            raise Conflict("this rebuild does not go on")
        return self._building

    async def purchases_of(self, user_ids: Sequence[str], since_week: int) -> Mapping[str, Purchases]:
        """See `CountReader.purchases_of`."""
        found: dict[str, dict[str, dict[int, int]]] = {}
        for order in self._serving.orders.values():
            week = week_of(order.placed_at)
            if order.customer_id in user_ids and week >= since_week:
                for sku in units_of(order):
                    weeks = found.setdefault(order.customer_id, {}).setdefault(sku, {})
                    weeks[week] = weeks.get(week, 0) + 1
        return found

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """See `CountReader.users_after`. Their places are their ids."""
        left = sorted(user_id for user_id in self._serving.buyers if user_id > wish.after)
        taken = tuple(left[: wish.limit])
        return UserPage(user_ids=taken, after=taken[-1] if len(left) > wish.limit else None)

    async def partners_of(self, skus: Sequence[str]) -> Partners:
        """See `CountReader.partners_of`."""
        found = {}
        for sku in skus:
            pairs = sorted((-count, " ".join(pair), pair) for pair, count in self._serving.pairs.items() if sku in pair)
            partners = [
                Partner(sku=second if first == sku else first, orders=-count)
                for count, _, (first, second) in pairs
                if count
            ]
            if partners:
                found[sku] = tuple(sorted(partners[:MOST_PARTNERS], key=lambda each: (-each.orders, each.sku)))
        return found

    async def shop(self, now: datetime) -> Shop:
        """See `CountReader.shop`."""
        sales = {sku: _sales(sku, counts) for sku, counts in self._serving.sales.items()}
        return Shop(
            now=weeks_until(now),
            products=dict(self._shelf.products),
            sales={sku: each for sku, each in sales.items() if each.total.orders},
        )

    async def bought_since(self, user_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[Purchase, ...]]:
        """See `CountReader.bought_since`."""
        found: dict[str, tuple[Purchase, ...]] = {}
        for order in self._serving.orders.values():
            if order.customer_id in user_ids and order.placed_at >= since:
                skus = tuple(sorted({line.sku for line in order.lines}))
                purchase = Purchase(order_id=order.order_id, at=order.placed_at, skus=skus)
                found[order.customer_id] = (*found.get(order.customer_id, ()), purchase)
        return found


def _sales(sku: str, counts: Mapping[tuple[int, str], int]) -> Sales:
    weeks = {
        week: Sold(orders=counts[week, "orders"], units=counts[week, "units"])
        for week in sorted({week for week, _ in counts})
    }
    total = Sold(orders=sum(each.orders for each in weeks.values()), units=sum(each.units for each in weeks.values()))
    return Sales(sku=sku, total=total, weeks={week: sold for week, sold in weeks.items() if sold != Sold()})
