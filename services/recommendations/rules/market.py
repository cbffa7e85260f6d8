"""The shop as all users share it: what is for sale, its heat, its categories. Derived once for a state of the shop.

Pure; knows no user.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.recommendations.models import Sales, ShelfProduct, Shop
from services.recommendations.rules.policy import Policy

NONE: Final = ""
"""The category of what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What the rules read of a shop.

    Attributes:
        heat: by SKU its share of the shop's orders, recent ones counting most; without archived products.
        hottest: the same SKUs, those with the most heat first.
        orders: by SKU the orders of all time, archived products too.
        category: by SKU the rarest of its categories, which says most of it.
        shares: by category its share of the shop's orders of all time.
        shelves: by category its SKUs with the most heat, first.
        total: all of `orders` together.
    """

    now: float
    heat: Mapping[str, float]
    hottest: tuple[str, ...]
    orders: Mapping[str, int]
    category: Mapping[str, str]
    shares: Mapping[str, float]
    shelves: Mapping[str, tuple[str, ...]]
    total: int

    def season(self, sku: str) -> float:
        """How much hotter a product that is for sale is now than over all time: 1 as ever, 2 twice as much."""
        return self.heat[sku] * self.total / self.orders[sku]


def market_of(shop: Shop, policy: Policy) -> Market:
    """What is derived of the shop; takes time in the number of products and of their weeks."""
    category = _rarest_categories(shop)
    orders = {sku: sales.total.orders for sku, sales in shop.sales.items() if sales.total.orders > 0}
    heat = _heat(shop, policy)
    hottest = tuple(sorted(heat, key=lambda sku: (-heat[sku], sku)))
    return Market(
        now=shop.now,
        heat=heat,
        hottest=hottest,
        orders=orders,
        category=category,
        shares=_shares(orders, category),
        shelves=_shelves(hottest, category, policy.shelf),
        total=sum(orders.values()),
    )


def decayed(orders: Iterable[tuple[int, float]], now: float, half_life: float) -> float:
    """Counts by week, each halved with every half-life that has gone by; one of the future counts as one of now."""
    return sum(count * math.pow(0.5, max(0.0, now - week) / half_life) for week, count in orders)


def is_sold(product: ShelfProduct | None) -> bool:
    """Whether it may be offered: what the catalogue has not told of yet may, since it was bought."""
    return product is None or product.active


def _heat(shop: Shop, policy: Policy) -> Mapping[str, float]:
    since = shop.now - policy.heat_weeks
    raw = {
        sku: decayed(_since(sales, since), shop.now, policy.heat_half_life)
        for sku, sales in shop.sales.items()
        if sales.total.orders
    }
    total = sum(raw.values()) or 1.0
    return {sku: each / total for sku, each in raw.items() if each > 0 and is_sold(shop.products.get(sku))}


def _since(sales: Sales, since: float) -> Iterable[tuple[int, int]]:
    return ((week, sold.orders) for week, sold in sales.weeks.items() if week >= since)


def _rarest_categories(shop: Shop) -> Mapping[str, str]:
    sizes = Counter(category for product in shop.products.values() for category in product.categories)
    return {
        sku: min(product.categories, key=lambda category: (sizes[category], category), default=NONE)
        for sku, product in shop.products.items()
    }


def _shares(orders: Mapping[str, int], category: Mapping[str, str]) -> Mapping[str, float]:
    counts: Counter[str] = Counter()
    for sku, count in orders.items():
        counts[category.get(sku, NONE)] += count
    total = counts.total()
    return {each: count / total for each, count in counts.items()}


def _shelves(hottest: Iterable[str], category: Mapping[str, str], most: int) -> Mapping[str, tuple[str, ...]]:
    shelves: defaultdict[str, list[str]] = defaultdict(list)
    for sku in hottest:
        shelf = shelves[category.get(sku, NONE)]
        if len(shelf) < most:
            shelf.append(sku)
    return {each: tuple(shelf) for each, shelf in shelves.items()}
