"""Campaigns' workflows in memory: the fake of `TemporalCampaigns`. A campaign is written down, and goes no further."""

from services.notifications.campaigns.models import Campaign, CreateCampaign
from services.notifications.campaigns.ports import CampaignSteps
from services.shared.clock import Clock
from services.shared.errors import Unavailable


class MemoryCampaignRuns:
    """Offers `CampaignRuns`. `journal` is what was begun and told; `away` makes every call unavailable."""

    def __init__(self, campaigns: CampaignSteps, clock: Clock) -> None:
        self.journal: list[str] = []
        self.away = False
        self._campaigns = campaigns
        self._clock = clock

    async def start(self, wish: CreateCampaign) -> Campaign:
        self._note("start")
        return await self._campaigns.open_campaign(wish, self._clock.now())

    async def cancel(self, campaign_id: str) -> Campaign:
        self._note("cancel")
        return await self._campaigns.cancel_campaign(campaign_id)

    async def pause(self, campaign_id: str, *, paused: bool) -> Campaign:
        self._note("pause" if paused else "go on")
        return await self._campaigns.pause_campaign(campaign_id, paused=paused)

    def _note(self, deed: str) -> None:
        if self.away:
            raise Unavailable("workflows")
        self.journal.append(deed)
