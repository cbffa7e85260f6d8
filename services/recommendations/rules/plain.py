"""The rules in their plainest form: one score each, blended in turn. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain, islice, zip_longest
from typing import Final

from services.recommendations.limits import MOST_ITEMS
from services.recommendations.models import Basis, Partners, Purchases, Ranked, Rule, Shop

BUY_AGAIN_HALF_LIFE: Final = 8.0
TRENDING_HALF_LIFE: Final = 1.0
"""Weeks after which a purchase counts half as much."""

TRENDING_WEEKS: Final = 8
MOST_ANCHORS: Final = 20
POPULARITY: Final = 0.3
"""The power of a product's orders by which it is worth less as a partner: what everybody buys goes with everything."""


class PlainRules:
    """Implements Rules."""

    def anchors_of(self, shop: Shop, purchases: Purchases) -> tuple[str, ...]:
        """See `Rules.anchors_of`: what was bought most and latest."""
        return tuple(item.sku for item in islice(_ranked(_bought(shop, purchases)), MOST_ANCHORS))

    def recommend(self, shop: Shop, purchases: Purchases, partners: Partners) -> tuple[Ranked, ...]:
        """See `Rules.recommend`: one of each rule in turn."""
        again = [item for item in _ranked(_bought(shop, purchases)) if item.basis.orders > 1]
        with_it = [item for sku in partners for item in self.together(shop, sku, partners)]
        fresh = [item for item in _ranked(with_it) if item.sku not in purchases]
        return _once(chain.from_iterable(zip_longest(again, fresh, _liked(shop, purchases))))

    def together(self, shop: Shop, sku: str, partners: Partners) -> tuple[Ranked, ...]:
        """See `Rules.together`: the share of the product's orders, by the partner's own orders."""
        of = shop.sales[sku].total.orders if sku in shop.sales else 0
        return _once(
            _ranked(
                Ranked(
                    sku=each.sku,
                    score=each.orders / of / shop.sales[each.sku].total.orders ** POPULARITY,
                    rule=Rule.BOUGHT_TOGETHER,
                    basis=Basis(orders=each.orders, of=of, sku=sku),
                )
                for each in partners.get(sku, ())
                if of and each.sku in shop.sales
            )
        )

    def trending(self, shop: Shop) -> tuple[Ranked, ...]:
        """See `Rules.trending`: the latest orders, each week with half the weight of the next one."""
        found = []
        for sales in shop.sales.values():
            recent = {week: sold.orders for week, sold in sales.weeks.items() if shop.now - week <= TRENDING_WEEKS}
            score = sum(orders * 0.5 ** ((shop.now - week) / TRENDING_HALF_LIFE) for week, orders in recent.items())
            if score > 0:
                basis = Basis(orders=sum(recent.values()))
                found.append(Ranked(sku=sales.sku, score=score, rule=Rule.TRENDING, basis=basis))
        return _once(_ranked(found))

    def reason(self, item: Ranked, shop: Shop) -> str:
        """See `Rules.reason`."""
        if item.rule is Rule.BUY_AGAIN:
            return f"You bought this {item.basis.orders} times"
        if item.rule is Rule.BOUGHT_TOGETHER:
            anchor = shop.products.get(item.basis.sku or "")
            return f"Often bought with {anchor.name}" if anchor else "Often bought with what you bought"
        if item.rule is Rule.CATEGORY_AFFINITY:
            return f"You often buy {item.basis.category}"
        return "Many buy this just now"


def _bought(shop: Shop, purchases: Purchases) -> Iterable[Ranked]:
    for sku, weeks in purchases.items():
        score = sum(count * 0.5 ** ((shop.now - week) / BUY_AGAIN_HALF_LIFE) for week, count in weeks.items())
        yield Ranked(sku=sku, score=score, rule=Rule.BUY_AGAIN, basis=Basis(orders=sum(weeks.values())))


def _liked(shop: Shop, purchases: Purchases) -> list[Ranked]:
    """What sells best of the categories that the user buys most of."""
    counts: Counter[str] = Counter()
    for sku, weeks in purchases.items():
        for category in shop.products[sku].categories if sku in shop.products else ():
            counts[category] += sum(weeks.values())
    every = sum(counts.values())
    best: defaultdict[str, float] = defaultdict(float)
    found = {}
    for product in shop.products.values():
        sold = shop.sales[product.sku].total.orders if product.sku in shop.sales else 0
        for category in product.categories:
            score = counts[category] / every * sold if every else 0.0
            if product.sku not in purchases and score > best[product.sku]:
                best[product.sku] = score
                basis = Basis(orders=counts[category], of=every, category=category)
                found[product.sku] = Ranked(sku=product.sku, score=score, rule=Rule.CATEGORY_AFFINITY, basis=basis)
    return _ranked(found.values())


def _ranked(items: Iterable[Ranked]) -> list[Ranked]:
    return sorted(items, key=lambda item: (-item.score, item.sku))


def _once(items: Iterable[Ranked | None]) -> tuple[Ranked, ...]:
    kept: dict[str, Ranked] = {}
    for item in items:
        if item is not None and len(kept) < MOST_ITEMS:
            kept.setdefault(item.sku, item)
    return tuple(kept.values())
