"""Says what is trending, in a campaign's words. Which of it is for sale others know."""

from typing import Final

from services.notifications.campaigns.models import CampaignContent
from services.notifications.rendering.markup.sources import template_source
from services.notifications.rendering.trending_words import TrendingProduct, trending_words
from services.notifications.trending.ports import Trends
from services.notifications.weekly.models import FindTrending, TrendingSkus, WordOffers
from services.shared.clock import Clock
from services.shared.errors import Invalid

WORDS: Final = template_source("weekly-recommendations")


class WeeklyService:
    """Offers WeeklySteps."""

    def __init__(self, trends: Trends, clock: Clock) -> None:
        self._trends = trends
        self._clock = clock

    async def find_trending(self, wish: FindTrending) -> TrendingSkus:
        """See `WeeklySteps.find_trending`."""
        found = await self._trends.trending(self._clock.now(), wish.limit)
        return TrendingSkus(skus=tuple(trend.sku for trend in found))

    async def word_offers(self, wish: WordOffers) -> CampaignContent:
        """See `WeeklySteps.word_offers`."""
        if not wish.offers:
            raise Invalid("there is nothing to tell of", ("offers",))
        if wish.personal:
            return CampaignContent(subject=WORDS.subject, body=WORDS.body)
        words = trending_words([TrendingProduct(name=each.name, price=each.price) for each in wish.offers])
        return CampaignContent(subject=words.subject, body=words.body)
