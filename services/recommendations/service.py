"""What is shown of recommendations: the stored list or what is trending, without what nobody should be offered now.

On its ports; no transport, no database here. Lists are made in `refreshing`.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Final

from services.recommendations.models import Ranked, Recommendation, Shop
from services.recommendations.ports import CountReader, ListStore, Rules
from services.recommendations.refreshing.models import RecommendedSkus, RecommendTo
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Invalid

LONGEST: Final = 100
MOST_SKUS: Final = 200


class RecommendationService:
    """Implements the Recommendations port. What was bought less than `rest` ago is not recommended."""

    def __init__(self, counts: CountReader, lists: ListStore, rules: Rules, clock: Clock, rest: timedelta) -> None:
        self._counts = counts
        self._lists = lists
        self._rules = rules
        self._clock = clock
        self._rest = rest
        self._latest: tuple[Shop, tuple[Ranked, ...]] | None = None

    async def recommendations_of(self, actor: Actor | None, limit: int) -> tuple[Recommendation, ...]:
        """See `Recommendations.recommendations_of`."""
        _check_limit(limit)
        shop = await self._counts.shop(self._clock.now())
        if actor is None:
            return self._worded(shown(self._trending(shop), shop, set()), shop, limit)
        return self._worded(await self._offered_to(actor.user_id, shop), shop, limit)

    async def bought_together(self, skus: Sequence[str], limit: int) -> Mapping[str, tuple[Recommendation, ...]]:
        """See `Recommendations.bought_together`."""
        _check_limit(limit)
        if len(skus) > MOST_SKUS:
            raise Invalid(f"at most {MOST_SKUS}", ("skus",))
        shop = await self._counts.shop(self._clock.now())
        partners = await self._counts.partners_of(skus)
        return {
            sku: self._worded(shown(self._rules.together(shop, sku, partners), shop, {sku}), shop, limit)
            for sku in dict.fromkeys(skus)
        }

    async def recommend_to(self, wish: RecommendTo) -> RecommendedSkus:
        """See `RefreshSteps.recommend_to`. Raises Unavailable."""
        shop = await self._counts.shop(self._clock.now())
        lists = await self._lists.lists_of(wish.user_ids)
        bought = await self._bought(wish.user_ids)
        trending = self._trending(shop)

        def skus(user_id: str, without: set[str]) -> tuple[str, ...]:
            own = lists[user_id].items if user_id in lists else ()
            return tuple(item.sku for item in islice(shown((*own, *trending), shop, without), wish.limit))

        known = {user_id for user_id in wish.user_ids if user_id in lists or bought[user_id]}
        by_user = {user_id: skus(user_id, bought[user_id]) for user_id in wish.user_ids if user_id in known}
        return RecommendedSkus(by_user=by_user, trending=skus("", set()))

    async def _offered_to(self, user_id: str, shop: Shop) -> Iterator[Ranked]:
        """The stored list, and what is trending behind that."""
        lists, bought = await asyncio.gather(self._lists.lists_of([user_id]), self._bought([user_id]))
        own = lists[user_id].items if user_id in lists else ()
        return shown((*own, *self._trending(shop)), shop, bought[user_id])

    async def _bought(self, user_ids: Sequence[str]) -> Mapping[str, set[str]]:
        """By user what was bought just now."""
        found = await self._counts.bought_since(user_ids, self._clock.now() - self._rest)
        return {user_id: {sku for purchase in found.get(user_id, ()) for sku in purchase.skus} for user_id in user_ids}

    def _trending(self, shop: Shop) -> tuple[Ranked, ...]:
        """The same for everybody, as long as the shop is."""
        if self._latest is None or self._latest[0] is not shop:
            self._latest = (shop, self._rules.trending(shop))
        return self._latest[1]

    def _worded(self, items: Iterator[Ranked], shop: Shop, limit: int) -> tuple[Recommendation, ...]:
        return tuple(
            Recommendation(
                sku=item.sku,
                score=item.score,
                rule=item.rule,
                basis=item.basis,
                reason=self._rules.reason(item, shop),
            )
            for item in islice(items, limit)
        )


def shown(items: Iterable[Ranked], shop: Shop, without: set[str]) -> Iterator[Ranked]:
    """Each product once, at its best place, without these and what is archived."""
    seen = set(without)
    for item in items:
        product = shop.products.get(item.sku)
        if item.sku not in seen and (product is None or product.active):
            seen.add(item.sku)
            yield item


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= LONGEST:
        raise Invalid(f"must be from 1 to {LONGEST}", ("limit",))
