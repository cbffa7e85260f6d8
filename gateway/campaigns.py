"""What the gateway needs of campaigns' workflows: one Protocol. Knows no engine."""

from typing import Protocol

from services.notifications.campaigns.models import Campaign, CreateCampaign


class CampaignRuns(Protocol):
    """Campaigns on their way. Every call raises Unavailable when there is no answer in time, the effect unknown."""

    async def start(self, wish: CreateCampaign) -> Campaign:
        """Answers once the campaign is written down. Raises Invalid."""
        ...

    async def cancel(self, campaign_id: str) -> Campaign:
        """Answers once nothing more of it is begun; a campaign whose workflow was ended from outside is ended by a
        new run.

        Raises:
            NotFound: no such campaign.
            Conflict: it has COMPLETED.
            SagaClosed: its workflow has ended well.
        """
        ...

    async def pause(self, campaign_id: str, *, paused: bool) -> Campaign:
        """Holds it up or lets it go on; likewise. Raises NotFound, Conflict for one that has ended, SagaClosed."""
        ...
