"""CATEGORY_AFFINITY: how much more of a category a user buys than others do: his share of different products,
smoothed by the shop's share (a Dirichlet prior), over the shop's share. Pure.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.recommendations.models import Basis, Purchases, Rule
from services.recommendations.rules.market import NONE, Market
from services.recommendations.rules.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tastes:
    """What a user buys of.

    Attributes:
        products: by category how many different products of it he has bought.
        affinity: by category of these how much more he buys of it than others: 1 as much, 2 twice as much.
        base: the affinity to all other categories.
    """

    products: Mapping[str, int]
    affinity: Mapping[str, float]
    base: float

    def of(self, category: str) -> float:
        """The affinity to any category."""
        return self.affinity.get(category, self.base)


def tastes_of(market: Market, purchases: Purchases, policy: Policy) -> Tastes:
    """What the user's history says: nothing of what has no category, and nothing at all without the rule."""
    if Rule.CATEGORY_AFFINITY not in policy.rules:
        return Tastes(products={}, affinity={}, base=1.0)
    counts = Counter(market.category.get(sku, NONE) for sku in purchases)
    total, prior = counts.total() + policy.taste_prior, policy.taste_prior
    affinity = {
        category: (count / share + prior) / total
        for category, count in counts.items()
        if category != NONE and (share := market.shares.get(category))
    }
    return Tastes(products=counts, affinity=affinity, base=prior / total if total else 1.0)


def strongest(tastes: Tastes, most: int) -> tuple[str, ...]:
    """The categories that the user has bought most of, first; of equal ones by name."""
    found = tastes.affinity
    return tuple(sorted(found, key=lambda each: (-tastes.products[each], -found[each], each))[:most])


def basis_of(tastes: Tastes, category: str) -> Basis:
    """How much of what he has bought is of the category."""
    return Basis(orders=tastes.products[category], of=sum(tastes.products.values()), category=category)
