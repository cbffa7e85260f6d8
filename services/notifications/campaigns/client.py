"""Campaigns for another process: their face to OPS over internal HTTP. Adds no rule."""

from collections.abc import Sequence

from services.infra.http import Caller
from services.notifications.campaigns.models import Campaign, CampaignPage, CampaignQuery, CreateCampaign
from services.shared.actors import Actor


class CampaignsClient:
    """The face `Campaigns`, answered by the notifications' service. Raises what it raises, and Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list_campaigns(self, query: CampaignQuery, actor: Actor) -> CampaignPage:
        """See `Campaigns.list_campaigns`."""
        page: CampaignPage = await self._caller.call("list_campaigns", query=query, actor=actor)
        return page

    async def campaigns_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[Campaign, ...]:
        """See `Campaigns.campaigns_by_id`."""
        found: tuple[Campaign, ...] = await self._caller.call("campaigns_by_id", ids=ids, actor=actor)
        return found

    async def check_campaign(self, wish: CreateCampaign, actor: Actor) -> None:
        """See `Campaigns.check_campaign`."""
        await self._caller.call("check_campaign", wish=wish, actor=actor)
