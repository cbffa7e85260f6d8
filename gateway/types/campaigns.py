"""Campaigns as the schema shows them, to OPS, and what they are made of."""

from dataclasses import dataclass

import graphene

from gateway.answers import Answer
from gateway.context import Info, context_of
from gateway.types.categories import NotificationCategoryType
from gateway.types.common import DateTime, Node, PageInfo, UserError, listed
from gateway.types.enums import shown
from gateway.types.workflows import Workflow, WorkflowReference
from services.notifications.campaigns.models import Campaign as CampaignModel
from services.notifications.campaigns.models import CampaignAudience, CampaignPage, CampaignStatus
from workflows.names import campaign_workflow_id

CampaignStatusType = shown(CampaignStatus)
CampaignAudienceType = shown(
    CampaignAudience,
    values={
        "RECENT_BUYERS": "At least one confirmed order in the last 90 days",
        "LAPSED_BUYERS": "No confirmed order in the last 90 days",
    },
)


class Campaign(graphene.ObjectType):
    """One message to everybody of an audience."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    name = graphene.String(required=True)
    category = graphene.Field(NotificationCategoryType, required=True)
    status = graphene.Field(CampaignStatusType, required=True)
    audience = graphene.Field(CampaignAudienceType, required=True)
    paused = graphene.Boolean(required=True, description="Nothing of it is sent until it goes on")
    recipients = graphene.Int(required=True, description="As far as the audience is taken; all of it when it is sent")
    sent = graphene.Int(required=True)
    skipped = graphene.Int(required=True)
    failed = graphene.Int(required=True)
    scheduled_for = graphene.Field(DateTime)
    started_at = graphene.Field(DateTime)
    finished_at = graphene.Field(DateTime)
    workflow = graphene.Field(Workflow)

    @staticmethod
    async def resolve_workflow(campaign: CampaignModel, info: Info) -> WorkflowReference | None:
        """Null where the engine has forgotten it."""
        view = await context_of(info).loaders.workflow.load(campaign_workflow_id(campaign.id))
        return None if view is None else WorkflowReference(id=view.id)


class CampaignEdge(graphene.ObjectType):
    """A campaign in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(Campaign, required=True)


class CampaignConnection(graphene.ObjectType):
    """A page of campaigns."""

    edges = listed(CampaignEdge)
    page_info = graphene.Field(PageInfo, required=True)

    @staticmethod
    def resolve_page_info(page: CampaignPage, _info: Info) -> CampaignPage:
        """The page knows where it stands."""
        return page


class CampaignInput(graphene.InputObjectType):
    """What a campaign is to be."""

    name = graphene.String(required=True)
    category = graphene.InputField(NotificationCategoryType, required=True, description="PROMOTIONAL or RECOMMENDATION")
    audience = graphene.InputField(CampaignAudienceType, required=True)
    subject = graphene.String(required=True)
    body = graphene.String(required=True, description="Markdown; the HTML and the text part are both made from it")
    scheduled_for = graphene.InputField(DateTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignAnswer(Answer):
    """A campaign that was made, held up or cancelled."""

    campaign: CampaignModel


class CampaignPayload(graphene.ObjectType):
    """The campaign as it is now, or why nothing was done."""

    campaign = graphene.Field(Campaign)
    errors = listed(UserError)
