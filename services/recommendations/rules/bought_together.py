"""BOUGHT_TOGETHER: how likely a product is in an order with another, and less so the more it is in orders of all kinds:
P(partner | product) / popularity^power, with a prior and a least support. Pure.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping

from services.recommendations.models import Basis, Partner, Partners
from services.recommendations.rules.market import Market
from services.recommendations.rules.policy import Policy


def together(market: Market, weights: Mapping[str, float], partners: Partners, policy: Policy) -> Mapping[str, float]:
    """By SKU how well it goes with these products, each of which has its weight; only what is for sale, and not them.

    The weights' sum does not matter, so a long history promises no more than a short one.
    """
    found: defaultdict[str, float] = defaultdict(float)
    for _, partner, strength in _pairs(market, weights, partners, policy):
        found[partner.sku] += strength
    return {
        sku: score / market.orders[sku] ** policy.partner_power
        for sku, score in found.items()
        if sku in market.heat and sku not in weights
    }


def bases_of(
    market: Market, weights: Mapping[str, float], partners: Partners, skus: Container[str], policy: Policy
) -> Mapping[str, Basis]:
    """By SKU, of these, the pair that speaks most for it: among the weighted products the one it most depends on."""
    best: dict[str, tuple[float, str, int]] = {}
    for anchor, partner, strength in _pairs(market, weights, partners, policy):
        if partner.sku in skus:
            pair = (strength, anchor, partner.orders)
            best[partner.sku] = max(best.get(partner.sku, pair), pair)
    return {
        sku: Basis(orders=orders, of=market.orders[anchor], sku=anchor) for sku, (_, anchor, orders) in best.items()
    }


def _pairs(
    market: Market, weights: Mapping[str, float], partners: Partners, policy: Policy
) -> Iterator[tuple[str, Partner, float]]:
    """The pairs that are believed, with their share of the conditional probability."""
    total = sum(weights.values()) or 1.0
    for sku, weight in weights.items():
        if orders := market.orders.get(sku):
            share = weight / total / (orders + policy.partner_prior)
            for partner in partners.get(sku, ()):
                if partner.orders >= policy.partner_support:
                    yield sku, partner, share * partner.orders
