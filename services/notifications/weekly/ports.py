"""The face of the weekly campaign's making to its workflow."""

from typing import Protocol

from services.notifications.campaigns.models import CampaignContent
from services.notifications.weekly.models import FindTrending, TrendingSkus, WordOffers


class WeeklySteps(Protocol):
    """What the workflow asks, inside the process of the notifications. All of it only reads."""

    async def find_trending(self, wish: FindTrending) -> TrendingSkus:
        """Nothing: for runs that were begun while this service counted sales, and ask now. They write to nobody; the
        next week's run asks recommendations.
        """
        ...

    async def word_offers(self, wish: WordOffers) -> CampaignContent:
        """Subject and body. Raises Invalid where there is nothing to tell of."""
        ...
