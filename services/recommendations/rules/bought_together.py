"""BOUGHT_TOGETHER: how likely a product is in an order with another, and less so the more it is in orders of all kinds:
P(partner | product) / popularity^power, with a prior and a least support. Pure.
"""

from collections import defaultdict
from collections.abc import Container, Mapping

from services.recommendations.models import Basis, Partners
from services.recommendations.rules.market import Market
from services.recommendations.rules.policy import Policy


def together(market: Market, weights: Mapping[str, float], partners: Partners, policy: Policy) -> Mapping[str, float]:
    """By SKU how well it goes with these products, each of which has its weight; only what is for sale, and not them.

    The weights' sum does not matter, so a long history promises no more than a short one.
    """
    total = sum(weights.values()) or 1.0
    found: defaultdict[str, float] = defaultdict(float)
    for sku, weight in weights.items():
        orders = market.orders.get(sku, 0) + policy.partner_prior
        for partner in partners.get(sku, ()) if orders else ():
            if partner.orders >= policy.partner_support:
                found[partner.sku] += weight / total * partner.orders / orders
    return {
        sku: score / market.orders[sku] ** policy.partner_power
        for sku, score in found.items()
        if sku in market.heat and sku not in weights
    }


def bases_of(
    market: Market, weights: Mapping[str, float], partners: Partners, skus: Container[str]
) -> Mapping[str, Basis]:
    """By SKU, of these, the pair that speaks most for it: among the weighted products the one it most depends on."""
    best: dict[str, tuple[float, str, int]] = {}
    for anchor, weight in weights.items():
        for partner in partners.get(anchor, ()):
            if partner.sku in skus and (orders := market.orders.get(anchor)):
                pair = (weight * partner.orders / orders, anchor, partner.orders)
                best[partner.sku] = max(best.get(partner.sku, pair), pair)
    return {
        sku: Basis(orders=orders, of=market.orders[anchor], sku=anchor) for sku, (_, anchor, orders) in best.items()
    }
