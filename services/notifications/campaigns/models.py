"""What campaigns speak: the campaign and its content, its counts, and its pages. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.notifications.models import NotificationCategory, milliseconds_of
from services.shared.pages import Page, decode_cursor, encode_cursor


class CampaignStatus(StrEnum):
    """The contract's states."""

    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


OPEN: Final = frozenset({CampaignStatus.SCHEDULED, CampaignStatus.RUNNING})


class CampaignAudience(StrEnum):
    """The contract's audiences."""

    ALL_CUSTOMERS = "ALL_CUSTOMERS"
    RECENT_BUYERS = "RECENT_BUYERS"
    LAPSED_BUYERS = "LAPSED_BUYERS"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignContent:
    """What everybody gets: a subject in one line, a body in Markdown; both with placeholders."""

    subject: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCampaign:
    """The wish for a campaign.

    Attributes:
        scheduled_for: when it begins; None: at once.
        actor_id: on whose behalf.
    """

    campaign_id: str
    name: str
    category: NotificationCategory
    audience: CampaignAudience
    content: CampaignContent
    scheduled_for: datetime | None = None
    actor_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign, without its content.

    Attributes:
        paused: nothing of it is sent until it goes on; of one that is SCHEDULED or RUNNING.
        recipients: its messages; known once the audience is taken.
        finished_at: when the last of its messages had come to an end; those of a cancelled one are SKIPPED.
        taken_up_to: the place in the audience up to which messages were made.
        is_taken: the audience is taken as a whole.
        personal: each reader is offered what is recommended to him.
    """

    id: str
    name: str
    category: NotificationCategory
    audience: CampaignAudience
    status: CampaignStatus
    created_at: datetime
    created_by: str
    scheduled_for: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    paused: bool = False
    recipients: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    taken_up_to: str = ""
    is_taken: bool = False
    personal: bool = False

    @property
    def is_open(self) -> bool:
        """It may still send something."""
        return self.status in OPEN

    @property
    def ended(self) -> int:
        """Messages that have come to an end."""
        return self.sent + self.skipped + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignQuery:
    """One page, the campaign that was made last first."""

    first: int = 20
    after: str | None = None


CampaignPage = Page[Campaign]


def place_of(campaign: Campaign) -> str:
    """A text that sorts as (moment of its making, id) does."""
    return f"{milliseconds_of(campaign.created_at):015d}/{campaign.id}"


def cursor_of(campaign: Campaign) -> str:
    """Where the campaign stands in the list, as an opaque text."""
    return encode_cursor(place_of(campaign))


def place_before(query: CampaignQuery) -> str | None:
    """The place that the page's campaigns are older than. Raises Invalid at `after` for no cursor of this list."""
    return None if query.after is None else str(decode_cursor(query.after, str)[0])
