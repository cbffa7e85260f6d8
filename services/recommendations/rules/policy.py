"""The written policy of the rules: every number in them, with what it means and where it comes from. Values only.

docs/decisions/recommendations-by-rules.md tells how they were found, docs/measurements.md what they reach.
"""

from dataclasses import dataclass
from typing import Final

from services.recommendations.models import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How counts become lists. Half-lives are in weeks.

    Attributes:
        rules: those that have a say; TRENDING is never left out, everything else is measured against it.
        habit_half_life: after it a purchase counts half for BUY_AGAIN.
        heat_half_life: the same for TRENDING: a product's orders in the shop, decayed, as a share of all.
        heat_weeks: what was sold before has no heat.
        heat_weight: how many purchases of one's own all of the shop's heat is worth.
        taste_prior: how many products of a shopper like all others are added to what a user has bought of a category.
        taste_power: how strongly CATEGORY_AFFINITY moves a score: 0 not at all, 1 as the shares tell.
        taste_least: the factor from which on it is the taste that speaks for a product, and not its heat alone.
        partner_power: how much a partner's own popularity takes from BOUGHT_TOGETHER: 0 nothing, 1 all (plain lift).
        partner_season: how strongly a partner's season moves it in a user's list: 0 not at all, 1 as its sales do.
        partner_prior: orders without any partner that are added to each product's, so that a few prove little.
        partner_support: orders with both that make a pair believed at all.
        partner_weight: how many purchases of one's own all that goes with the anchors is worth.
        anchors: products of a user whose partners are read, those with the strongest habit.
        trending: products with the most heat that are looked at for everybody.
        matches: products that were bought with the anchors and are looked at, the best.
        tastes: categories of a user whose products are looked at, those with the strongest taste.
        shelf: products of a category that are looked at, those with the most heat.
        most_of_rule: items of BUY_AGAIN in a list, so that it always offers something new.
        most_of_category: items of one category among `page` that follow each other, while others are left.
        page: what is looked at together.
    """

    rules: frozenset[Rule] = frozenset(Rule)
    habit_half_life: float = 12.0
    heat_half_life: float = 4.0
    heat_weeks: int = 32
    heat_weight: float = 2.0
    taste_prior: float = 20.0
    taste_power: float = 0.5
    taste_least: float = 1.5
    partner_power: float = 0.3
    partner_season: float = 1.0
    partner_prior: float = 5.0
    partner_support: int = 2
    partner_weight: float = 2.0
    anchors: int = 40
    trending: int = 100
    matches: int = 200
    tastes: int = 20
    shelf: int = 10
    most_of_rule: int = 30
    most_of_category: int = 4
    page: int = 10


SERVED: Final = Policy()
"""The one that serves, and that the quality gate measures."""
