"""The faces of campaigns to the gateway and to their workflow, and what they need of a store. Protocols only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.notifications.campaigns.models import (
    Campaign,
    CampaignAudience,
    CampaignContent,
    CampaignPage,
    CampaignQuery,
    CampaignStatus,
    CreateCampaign,
)
from services.notifications.models import Message, Recipient
from services.shared.actors import Actor
from services.shared.safety import safe


class Campaigns(Protocol):
    """What OPS may ask about campaigns. Every call raises Forbidden for an actor who does not run the shop."""

    @safe
    async def list_campaigns(self, query: CampaignQuery, actor: Actor) -> CampaignPage:
        """One page, the one that was made last first. Raises Invalid for a page size or cursor that cannot be."""
        ...

    @safe
    async def campaigns_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[Campaign, ...]:
        """Those that exist, in no order."""
        ...

    @safe
    async def check_campaign(self, wish: CreateCampaign, actor: Actor) -> None:
        """Raises Invalid with every problem, each with its path, for a campaign that can never be."""
        ...


class CampaignSteps(Protocol):
    """What a campaign's workflow asks, inside the process of the notifications. All of it can be repeated."""

    async def open_campaign(self, wish: CreateCampaign, asked_at: datetime) -> Campaign:
        """Writes the campaign down as SCHEDULED; one that is there is answered as it is.

        What is in the past is measured by `asked_at`.

        Raises:
            Invalid: with every problem, each with its path.
        """
        ...

    async def find_campaign(self, campaign_id: str) -> Campaign:
        """Raises NotFound."""
        ...

    async def begin_campaign(self, campaign_id: str) -> Campaign:
        """A SCHEDULED one is RUNNING from now on; any other is answered as it is. Raises NotFound."""
        ...

    async def take_audience(self, campaign_id: str) -> Campaign:
        """Makes a message for everybody of the audience, numbered from 0, as far as that is not done.

        Answers with the campaign; ends early, with the audience not taken as a whole, where it is cancelled.
        Raises NotFound.
        """
        ...

    async def pause_campaign(self, campaign_id: str, *, paused: bool) -> Campaign:
        """Holds it up, or has it go on. Raises NotFound, Conflict for one that has ended."""
        ...

    async def cancel_campaign(self, campaign_id: str) -> Campaign:
        """CANCELLED from now on; once more is no harm. Raises NotFound, Conflict for a COMPLETED one."""
        ...

    async def finish_campaign(self, campaign_id: str) -> Campaign:
        """A RUNNING one is COMPLETED; whatever is over has a time of its end. Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignChange:
    """What changes of a campaign; None stays as it is."""

    status: CampaignStatus | None = None
    paused: bool | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A page of an audience: its messages, and the place up to which the audience is taken with it."""

    messages: Sequence[Message]
    taken_up_to: str
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AudiencePage:
    """People of an audience in the order of their ids.

    Attributes:
        last: where the next page begins behind; that of the question where nobody is on this one.
    """

    people: Sequence[Recipient]
    last: str
    has_more: bool


class Audiences(Protocol):
    """Who belongs to which audience."""

    async def page(self, audience: CampaignAudience, at: datetime, *, after: str, limit: int) -> AudiencePage:
        """Who belongs to it at that moment and comes behind `after`, at most `limit`. Raises Unavailable."""
        ...


class CampaignStore(Protocol):
    """Where campaigns are kept. All raise Unavailable."""

    async def insert(self, campaign: Campaign, content: CampaignContent) -> Campaign:
        """Adds it; answers with the one of that id that is there, if there is one."""
        ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[Campaign, ...]:
        """Those that exist, in no order."""
        ...

    async def content_of(self, campaign_id: str) -> CampaignContent | None: ...

    async def page(self, before: str | None, limit: int) -> tuple[Campaign, ...]:
        """At most `limit`, newest first; with `before`, those that are older than that place."""
        ...

    async def change(
        self, campaign_id: str, among: frozenset[CampaignStatus], change: CampaignChange
    ) -> Campaign | None:
        """Changes it if its status is among these; answers with it as it is then, None where there is none."""
        ...

    async def enrol(self, campaign: Campaign, enrolment: Enrolment) -> bool:
        """Adds the messages and moves the campaign's place, in one transaction.

        False, and nothing is written, where it is RUNNING no more or another writer took a page since it was read.
        """
        ...
