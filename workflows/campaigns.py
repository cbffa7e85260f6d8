"""What goes into and comes out of a campaign's workflow. Values only; a field may be added with a default, never
removed or renamed, because running workflows hold old ones.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignInput:
    """A campaign, by the id of its row."""

    campaign_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult:
    """How many messages came to what."""

    sent: int = 0
    skipped: int = 0
    failed: int = 0
