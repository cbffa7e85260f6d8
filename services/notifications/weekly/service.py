"""Says what is trending, in a campaign's words. Which of it is for sale others know."""

from typing import Final

from services.notifications.campaigns.models import CampaignContent
from services.notifications.rendering.markup.sources import template_source
from services.notifications.rendering.trending_words import TrendingProduct, trending_words
from services.notifications.weekly.models import FindTrending, TrendingSkus, WordOffers
from services.shared.errors import Invalid

WORDS: Final = template_source("weekly-recommendations")


class WeeklyService:
    """Offers WeeklySteps."""

    async def find_trending(self, wish: FindTrending) -> TrendingSkus:  # noqa: ARG002 (the port's)
        """See `WeeklySteps.find_trending`."""
        return TrendingSkus(skus=())

    async def word_offers(self, wish: WordOffers) -> CampaignContent:
        """See `WeeklySteps.word_offers`."""
        if not wish.offers:
            raise Invalid("there is nothing to tell of", ("offers",))
        if wish.personal:
            return CampaignContent(subject=WORDS.subject, body=WORDS.body)
        words = trending_words([TrendingProduct(name=each.name, price=each.price) for each in wish.offers])
        return CampaignContent(subject=words.subject, body=words.body)
