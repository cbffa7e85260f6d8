"""What goes into and comes out of `RecommendTrending`, and which products are recommended. Values and pure rules only;
a field may be added with a default, never removed or renamed, because running workflows hold old ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.catalog.models import Product
from services.inventory.models import StockItem
from services.notifications.weekly.models import Offer
from services.recommendations.refreshing.models import RecommendedSkus
from workflows.campaigns import CampaignRules

CANDIDATES: Final = 50
OFFERED: Final = 5
"""How many of the most bought products are looked at, and how many are told of: some are not for sale any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendTrendingInput:
    """The wish for a campaign that tells all customers of what is trending.

    Attributes:
        rules: how fast the campaign goes.
        colocated: the services in the same process as the worker of the workflow's queue (see `placement`).
    """

    rules: CampaignRules
    colocated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendTrendingResult:
    """The campaign and what became of its messages; None where there was nothing to tell of."""

    campaign_id: str | None = None
    sent: int = 0
    skipped: int = 0
    failed: int = 0


PEOPLE: Final = 200
"""Whose offers are asked for together: what a step answers about them has to fit into a workflow's history."""


def offers_of(
    skus: Sequence[str], products: Iterable[Product], stock: Iterable[StockItem], most: int = OFFERED
) -> tuple[Offer, ...]:
    """The first of the SKUs that are on sale and in stock."""
    on_sale = {product.sku: product for product in products if product.active}
    in_stock = {item.sku for item in stock if item.available > 0}
    found = [on_sale[sku] for sku in skus if sku in on_sale and sku in in_stock]
    return tuple(Offer(sku=each.sku, name=each.name, price=each.price) for each in found[:most])


def candidates_of(recommended: RecommendedSkus) -> tuple[str, ...]:
    """All that is recommended to anybody, each once, sorted."""
    mine = {sku for skus in recommended.by_user.values() for sku in skus}
    return tuple(sorted(mine.union(recommended.trending)))


def chosen_of(
    user_ids: Sequence[str], recommended: RecommendedSkus, can_be_had: Sequence[str], most: int = OFFERED
) -> dict[str, tuple[int, ...]]:
    """By user what he is offered, best first, as numbers of what can be had."""
    numbers = {sku: number for number, sku in enumerate(can_be_had)}
    chosen = {}
    for user_id in user_ids:
        wanted = recommended.by_user.get(user_id, recommended.trending)
        chosen[user_id] = tuple(numbers[sku] for sku in wanted if sku in numbers)[:most]
    return chosen
