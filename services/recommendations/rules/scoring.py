"""One score for all rules: how much a user is expected to buy a product, in purchases. Each rule adds its part. Pure.

    score = habit + partner_weight x match + heat_weight x heat x affinity^taste_power

`habit` is BUY_AGAIN's decayed count, `match` BOUGHT_TOGETHER's share, `heat` TRENDING's share of the shop's orders,
`affinity` CATEGORY_AFFINITY's factor. The item is named after the habit where there is one, else after what adds more.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest
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
    """A candidate, and the rule that speaks for it."""

    sku: str
    score: float
    rule: Rule


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


def matches_of(
    market: Market, anchors: Mapping[str, float], partners: Partners, bought: Container[str], policy: Policy
) -> Mapping[str, float]:
    """What goes best with the anchors at this time and was not bought, as shares of all of that."""
    found = together(market, anchors, partners, policy)
    new = (
        (score * market.season(sku) ** policy.partner_season, sku) for sku, score in found.items() if sku not in bought
    )
    best = {sku: score for score, sku in nlargest(policy.matches, new)}
    total = sum(best.values()) or 1.0
    return {sku: score / total for sku, score in best.items()}


def candidates(market: Market, evidence: Evidence, policy: Policy) -> Iterator[Scored]:
    """Everything that some rule would recommend, each once, in no order."""
    skus = dict.fromkeys(market.hottest[: policy.trending])
    skus |= dict.fromkeys(sku for sku in evidence.bought if sku in market.heat)
    skus |= dict.fromkeys(evidence.matches)
    for category in strongest_tastes(evidence.tastes, policy.tastes):
        skus |= dict.fromkeys(islice(market.shelves.get(category, ()), policy.shelf))
    return (_scored(sku, market, evidence, policy) for sku in skus)


def _scored(sku: str, market: Market, evidence: Evidence, policy: Policy) -> Scored:
    affinity = evidence.tastes.of(market.category.get(sku, NONE))
    habit = evidence.habits.get(sku, 0.0)
    match = evidence.matches.get(sku, 0.0) * policy.partner_weight
    heat = market.heat[sku] * policy.heat_weight * affinity**policy.taste_power
    return Scored(sku=sku, score=habit + match + heat, rule=_rule(habit, match, heat, affinity, policy))


def _rule(habit: float, match: float, heat: float, affinity: float, policy: Policy) -> Rule:
    if habit:
        return Rule.BUY_AGAIN
    if match > heat:
        return Rule.BOUGHT_TOGETHER
    return Rule.CATEGORY_AFFINITY if affinity >= policy.taste_least else Rule.TRENDING
