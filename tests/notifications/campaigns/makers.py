"""Campaigns to test with."""

from dataclasses import replace
from datetime import timedelta

from services.notifications.campaigns.models import (
    Campaign,
    CampaignAudience,
    CampaignContent,
    CampaignStatus,
    CreateCampaign,
)
from services.notifications.models import NotificationCategory
from services.shared.actors import Actor, Role
from tests.notifications.makers import MOMENT

OPS = Actor(user_id="ops", roles=frozenset({Role.OPS}))
CUSTOMER = Actor(user_id="u1", roles=frozenset({Role.CUSTOMER}))
CONTENT = CampaignContent(subject="{{name}}, winter is over", body="Hello {{name}},\n\n**all** of it for less.")


def a_wish(campaign_id: str = "c1", **changes: object) -> CreateCampaign:
    """A campaign to all customers, at once."""
    wish = CreateCampaign(
        campaign_id=campaign_id,
        name="Winter sale",
        category=NotificationCategory.PROMOTIONAL,
        audience=CampaignAudience.ALL_CUSTOMERS,
        content=CONTENT,
        actor_id="ops",
    )
    return replace(wish, **changes)  # type: ignore[arg-type]


def a_campaign(campaign_id: str = "c1", second: int = 0, **changes: object) -> Campaign:
    """One that is SCHEDULED, made `second` seconds after MOMENT."""
    campaign = Campaign(
        id=campaign_id,
        name="Winter sale",
        category=NotificationCategory.PROMOTIONAL,
        audience=CampaignAudience.ALL_CUSTOMERS,
        status=CampaignStatus.SCHEDULED,
        created_at=MOMENT + timedelta(seconds=second),
        created_by="ops",
    )
    return replace(campaign, **changes)  # type: ignore[arg-type]
