"""The rules together: the Rules port. Pure but for the market of the latest shop, which is derived once for all."""

from services.recommendations.limits import MOST_ITEMS
from services.recommendations.models import Basis, Partners, Purchases, Ranked, Rule, Shop
from services.recommendations.rules import bought_together, buy_again, category_affinity, trending
from services.recommendations.rules.diversity import capped
from services.recommendations.rules.market import NONE, Market, market_of
from services.recommendations.rules.policy import SERVED, Policy
from services.recommendations.rules.reasons import reason_of
from services.recommendations.rules.scoring import Evidence, Scored, anchors_of, candidates, matches_of


class Recommender:
    """Implements Rules by a policy."""

    def __init__(self, policy: Policy = SERVED) -> None:
        self._policy = policy
        self._latest: tuple[Shop, Market] | None = None

    def anchors_of(self, shop: Shop, purchases: Purchases) -> tuple[str, ...]:
        """See `Rules.anchors_of`."""
        if Rule.BOUGHT_TOGETHER not in self._policy.rules:
            return ()
        return tuple(anchors_of(self._habits(shop, purchases), self._policy.anchors))

    def recommend(self, shop: Shop, purchases: Purchases, partners: Partners) -> tuple[Ranked, ...]:
        """See `Rules.recommend`."""
        market = self._market(shop)
        evidence = self._evidence(shop, purchases, partners)
        found = sorted(candidates(market, evidence, self._policy), key=lambda each: (-each.score, each.sku))
        kept = capped(found, lambda sku: market.category.get(sku, NONE), self._policy, MOST_ITEMS)
        pairs = {each.sku for each in kept if each.rule is Rule.BOUGHT_TOGETHER}
        bases = bought_together.bases_of(market, evidence.anchors, partners, pairs, self._policy)
        return tuple(
            Ranked(
                sku=each.sku,
                score=each.score,
                rule=each.rule,
                basis=bases.get(each.sku) or self._basis(each, shop, evidence),
            )
            for each in kept
        )

    def together(self, shop: Shop, sku: str, partners: Partners) -> tuple[Ranked, ...]:
        """See `Rules.together`."""
        return self.completing(shop, (sku,), partners)

    def completing(self, shop: Shop, basket: tuple[str, ...], partners: Partners) -> tuple[Ranked, ...]:
        """What goes with all of these products, best first; at most MOST_ITEMS."""
        market, weights = self._market(shop), dict.fromkeys(basket, 1.0)
        found = bought_together.together(market, weights, partners, self._policy)
        best = sorted(found, key=lambda each: (-found[each], each))[:MOST_ITEMS]
        bases = bought_together.bases_of(market, weights, partners, set(best), self._policy)
        return tuple(
            Ranked(
                sku=each,
                score=found[each],
                rule=Rule.BOUGHT_TOGETHER,
                basis=bases[each],
            )
            for each in best
        )

    def trending(self, shop: Shop) -> tuple[Ranked, ...]:
        """See `Rules.trending`."""
        return self.recommend(shop, {}, {})

    def reason(self, item: Ranked, shop: Shop) -> str:
        """See `Rules.reason`."""
        return reason_of(item, shop)

    def _market(self, shop: Shop) -> Market:
        if self._latest is None or self._latest[0] is not shop:
            self._latest = (shop, market_of(shop, self._policy))
        return self._latest[1]

    def _evidence(self, shop: Shop, purchases: Purchases, partners: Partners) -> Evidence:
        market, policy = self._market(shop), self._policy
        habits = buy_again.habits_of(purchases, shop.now, policy.habit_half_life)
        anchors = anchors_of(habits, policy.anchors)
        return Evidence(
            bought=purchases,
            habits=habits if Rule.BUY_AGAIN in policy.rules else {},
            tastes=category_affinity.tastes_of(market, purchases, policy),
            anchors=anchors,
            matches=matches_of(market, anchors, partners, purchases, policy),
        )

    def _habits(self, shop: Shop, purchases: Purchases) -> buy_again.Habits:
        return buy_again.habits_of(purchases, shop.now, self._policy.habit_half_life)

    def _basis(self, scored: Scored, shop: Shop, evidence: Evidence) -> Basis:
        if scored.rule is Rule.BUY_AGAIN:
            return buy_again.basis_of(evidence.bought, scored.sku)
        if scored.rule is Rule.CATEGORY_AFFINITY:
            return category_affinity.basis_of(evidence.tastes, self._market(shop).category[scored.sku])
        return trending.basis_of(shop, scored.sku)
