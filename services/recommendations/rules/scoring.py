"""One score for all rules: how many orders with a product a user is expected to make. Each rule adds its part. Pure.

    score = habit + weight x heat x affinity^power + weight x together

`habit` is BUY_AGAIN's decayed count, `heat` TRENDING's share of the shop's orders, `affinity` CATEGORY_AFFINITY's
factor, `together` BOUGHT_TOGETHER's. The rule that adds most gives the item its name and its reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from services.recommendations.models import Partners, Purchases, Rule
from services.recommendations.rules.bought_together import together
from services.recommendations.rules.buy_again import Habits
from services.recommendations.rules.buy_again import strongest as strongest_habits
from services.recommendations.rules.category_affinity import Tastes
from services.recommendations.rules.category_affinity import strongest as strongest_tastes
from services.recommendations.rules.market import NONE, Market
from services.recommendations.rules.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A candidate, what each rule adds to its score, and their sum."""

    sku: str
    parts: Mapping[Rule, float]
    score: float

    @property
    def rule(self) -> Rule:
        """The one that adds most; of equal ones the one that is named first in `Rule`."""
        return max(Rule, key=lambda rule: self.parts.get(rule, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the counts say of one user.

    Attributes:
        bought: every product of the user's history; only their names matter where a rule is left out.
        anchors: the products whose partners are known, with their weights.
        matches: BOUGHT_TOGETHER's say, by SKU.
    """

    bought: Purchases
    habits: Habits
    tastes: Tastes
    anchors: Mapping[str, float]
    matches: Mapping[str, float]


def anchors_of(habits: Habits, most: int) -> Mapping[str, float]:
    """The strongest habits, by their SKUs."""
    return {sku: habits[sku] for sku in strongest_habits(habits, most)}


def matches_of(market: Market, anchors: Mapping[str, float], partners: Partners, policy: Policy) -> Mapping[str, float]:
    """What goes with the anchors, as shares of all that does."""
    found = together(market, anchors, partners, policy)
    total = sum(found.values()) or 1.0
    return {sku: score / total for sku, score in found.items()}


def candidates(market: Market, evidence: Evidence, policy: Policy) -> Iterator[Scored]:
    """Everything that some rule would recommend, each once, in no order."""
    skus = dict.fromkeys(market.hottest[: policy.trending])
    skus |= dict.fromkeys(sku for sku in evidence.bought if sku in market.heat)
    skus |= dict.fromkeys(evidence.matches)
    for category in strongest_tastes(evidence.tastes, policy.tastes):
        skus |= dict.fromkeys(islice(market.shelves.get(category, ()), policy.shelf))
    return (_scored(sku, market, evidence, policy) for sku in skus)


def _scored(sku: str, market: Market, evidence: Evidence, policy: Policy) -> Scored:
    heat = market.heat[sku] * policy.heat_weight
    factor = _factor(market.category.get(sku, NONE), evidence.tastes, policy)
    parts = {
        Rule.BUY_AGAIN: evidence.habits.get(sku, 0.0),
        Rule.BOUGHT_TOGETHER: evidence.matches.get(sku, 0.0) * policy.partner_weight,
        Rule.CATEGORY_AFFINITY: heat * max(0.0, factor - 1.0),
        Rule.TRENDING: heat * min(1.0, factor),
    }
    return Scored(sku=sku, parts=parts, score=sum(parts.values()))


def _factor(category: str, tastes: Tastes, policy: Policy) -> float:
    return tastes.of(category) ** policy.taste_power if Rule.CATEGORY_AFFINITY in policy.rules else 1.0
