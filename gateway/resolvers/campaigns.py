"""Making campaigns, looking at them, holding them up and cancelling them. For OPS."""

from datetime import datetime
from typing import Protocol

import graphene

from gateway.context import Info, RequestContext, context_of
from gateway.inputs import checked_id
from gateway.ports import SagaClosed
from gateway.types.campaigns import (
    Campaign,
    CampaignAnswer,
    CampaignConnection,
    CampaignInput,
    CampaignPayload,
)
from services.notifications.campaigns.models import Campaign as CampaignModel
from services.notifications.campaigns.models import (
    CampaignAudience,
    CampaignContent,
    CampaignPage,
    CampaignQuery,
    CampaignStatus,
    CreateCampaign,
)
from services.notifications.models import NotificationCategory
from services.shared.errors import Conflict, NotFound

DEFAULT_PAGE = 20
ID_ARGUMENT = {"campaign_id": graphene.ID(name="id", required=True)}


class CampaignWish(Protocol):
    """The contract's `CampaignInput`."""

    name: str
    category: NotificationCategory
    audience: CampaignAudience
    subject: str
    body: str
    scheduled_for: datetime | None


class CampaignQueries(graphene.ObjectType):
    """Reads of campaigns."""

    campaign = graphene.Field(Campaign, description="[OPS] null when there is none", **ID_ARGUMENT)
    campaigns = graphene.Field(
        CampaignConnection,
        required=True,
        description="[OPS]",
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
    )

    @staticmethod
    async def resolve_campaign(_root: object, info: Info, campaign_id: str) -> CampaignModel | None:
        """One campaign."""
        return await _found(context_of(info), checked_id(campaign_id, "id"))

    @staticmethod
    async def resolve_campaigns(
        _root: object, info: Info, first: int | None = None, after: str | None = None
    ) -> CampaignPage:
        """One page, the one that was made last first."""
        context = context_of(info)
        query = CampaignQuery(
            first=DEFAULT_PAGE if first is None else first, after=None if after is None else checked_id(after, "after")
        )
        return await context.backends.campaigns.list_campaigns(query, context.signed_in)


class CampaignMutations(graphene.ObjectType):
    """What is done with campaigns."""

    create_campaign = graphene.Field(
        CampaignPayload,
        required=True,
        description="[OPS] now, or at scheduledFor",
        wanted=graphene.Argument(CampaignInput, name="input", required=True),
    )
    pause_campaign = graphene.Field(
        CampaignPayload,
        required=True,
        description="[OPS] nothing of it is sent while it is paused, or it goes on",
        paused=graphene.Boolean(required=True),
        **ID_ARGUMENT,
    )
    cancel_campaign = graphene.Field(
        CampaignPayload, required=True, description="[OPS] stops what was not sent yet", **ID_ARGUMENT
    )

    @staticmethod
    async def resolve_create_campaign(_root: object, info: Info, wanted: CampaignWish) -> CampaignAnswer:
        """Checked before anything is begun; answered once it is written down."""
        context = context_of(info)
        wish = CreateCampaign(
            campaign_id=context.backends.ids.new(),
            name=wanted.name,
            category=wanted.category,
            audience=wanted.audience,
            content=CampaignContent(subject=wanted.subject, body=wanted.body),
            scheduled_for=wanted.scheduled_for,
            actor_id=context.signed_in.user_id,
        )
        await context.backends.campaigns.check_campaign(wish, context.signed_in)
        return CampaignAnswer(campaign=await context.backends.campaign_runs.start(wish))

    @staticmethod
    async def resolve_pause_campaign(
        _root: object,
        info: Info,
        campaign_id: str,
        paused: bool,  # noqa: FBT001 (GraphQL passes it by its name)
    ) -> CampaignAnswer:
        """Holds it up, or lets it go on."""
        context = context_of(info)
        campaign = await _open(context, campaign_id)
        try:
            changed = await context.backends.campaign_runs.pause(campaign.id, paused=paused)
        except SagaClosed:
            raise _ended(await _known(context, campaign_id)) from None
        return CampaignAnswer(campaign=changed)

    @staticmethod
    async def resolve_cancel_campaign(_root: object, info: Info, campaign_id: str) -> CampaignAnswer:
        """Nothing more of it is sent; once more is no harm."""
        context = context_of(info)
        campaign = await _known(context, campaign_id)
        if campaign.status is CampaignStatus.COMPLETED:
            raise _ended(campaign)
        try:
            changed = await context.backends.campaign_runs.cancel(campaign.id)
        except SagaClosed:
            changed = await _known(context, campaign_id)
            if changed.status is not CampaignStatus.CANCELLED:
                raise _ended(changed) from None
        return CampaignAnswer(campaign=changed)


async def _found(context: RequestContext, campaign_id: str) -> CampaignModel | None:
    found = await context.backends.campaigns.campaigns_by_id([campaign_id], context.signed_in)
    return found[0] if found else None


async def _known(context: RequestContext, campaign_id: str) -> CampaignModel:
    """Raises Invalid, NotFound."""
    campaign = await _found(context, checked_id(campaign_id, "id"))
    if campaign is None:
        raise NotFound("no such campaign", ("id",))
    return campaign


async def _open(context: RequestContext, campaign_id: str) -> CampaignModel:
    """Raises Invalid, NotFound, Conflict."""
    campaign = await _known(context, campaign_id)
    if not campaign.is_open:
        raise _ended(campaign)
    return campaign


def _ended(campaign: CampaignModel) -> Conflict:
    return Conflict(f"the campaign is {campaign.status}", ("id",))
