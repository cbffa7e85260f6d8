"""What is compared: what is popular, the rules that serve, and the same without some of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from cli.recommendations.quality.counts import HistoryCounts
from cli.recommendations.quality.marks import Served, Way
from services.recommendations.models import Rule
from services.recommendations.rules.policy import SERVED, Policy
from services.recommendations.rules.recommender import Recommender

NO_CAP: Final = 1000

POLICIES: Final[Mapping[str, Policy]] = {
    "all rules": SERVED,
    "only TRENDING": replace(SERVED, rules=frozenset({Rule.TRENDING})),
    "TRENDING, CATEGORY_AFFINITY": replace(SERVED, rules=frozenset({Rule.TRENDING, Rule.CATEGORY_AFFINITY})),
    "TRENDING, BOUGHT_TOGETHER": replace(SERVED, rules=frozenset({Rule.TRENDING, Rule.BOUGHT_TOGETHER})),
    "TRENDING, BUY_AGAIN": replace(SERVED, rules=frozenset({Rule.TRENDING, Rule.BUY_AGAIN})),
    "all without BUY_AGAIN": replace(SERVED, rules=SERVED.rules - {Rule.BUY_AGAIN}),
    "all without CATEGORY_AFFINITY": replace(SERVED, rules=SERVED.rules - {Rule.CATEGORY_AFFINITY}),
    "all without BOUGHT_TOGETHER": replace(SERVED, rules=SERVED.rules - {Rule.BOUGHT_TOGETHER}),
    "all without the diversity cap": replace(SERVED, most_of_category=NO_CAP),
}
"""The first one serves. Baskets are completed by BOUGHT_TOGETHER alone, whatever else is left out."""


class Popular:
    """The same for everybody: what was in the most orders."""

    def __init__(self, counts: HistoryCounts) -> None:
        orders = {sku: sales.total.orders for sku, sales in counts.shop.sales.items()}
        self._skus = sorted(orders, key=lambda sku: (-orders[sku], sku))

    def for_user(self, user_id: str) -> Iterable[str]:  # noqa: ARG002 - the same for everybody
        """See `Way.for_user`."""
        return self._skus

    def for_basket(self, basket: tuple[str, ...]) -> Iterable[str]:
        """See `Way.for_basket`."""
        return (sku for sku in self._skus if sku not in basket)


def ways_of(counts: HistoryCounts) -> Mapping[str, Way]:
    """By name, those to compare with first."""
    served: dict[str, Way] = {name: Served(counts, Recommender(policy)) for name, policy in POLICIES.items()}
    return {"popularity": Popular(counts), **served}
