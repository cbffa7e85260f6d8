"""The face of offers to a campaign's workflow. Protocols only."""

from typing import Protocol

from services.notifications.offers.models import GiveOffers, ListUntold, Untold


class OfferSteps(Protocol):
    """What the workflow asks before it has a batch sent. All of it can be repeated; all of it raises Unavailable."""

    async def list_untold(self, wish: ListUntold) -> Untold:
        """Whose messages wait."""
        ...

    async def give_offers(self, command: GiveOffers) -> None:
        """Their messages offer this from now on, instead of what they may have offered before. Messages that do not
        wait any more stay as they are.
        """
        ...
