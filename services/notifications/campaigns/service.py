"""The rules of campaigns, on a store: who may look, how one begins, takes its audience and ends. Sends nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.notifications.campaigns.models import (
    OPEN,
    Campaign,
    CampaignContent,
    CampaignPage,
    CampaignQuery,
    CampaignStatus,
    CreateCampaign,
    cursor_of,
    place_before,
)
from services.notifications.campaigns.ports import Audiences, CampaignChange, CampaignStore, Enrolment
from services.notifications.campaigns.rules import (
    checked_campaign,
    checked_query,
    is_personal,
    known,
    message_of,
    refuse_unless_open,
)
from services.notifications.models import CampaignWords, Recipient
from services.notifications.ports import Renderer
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Forbidden
from services.shared.pages import page_of
from services.shared.recent import Recent

AT_ONCE: Final = 500
"""People whose messages are made in one transaction."""

SCHEDULED: Final = frozenset({CampaignStatus.SCHEDULED})
RUNNING: Final = frozenset({CampaignStatus.RUNNING})
CANCELLABLE: Final = OPEN | {CampaignStatus.CANCELLED}


class CampaignService:
    """Offers `Campaigns` and `CampaignSteps`, and to sending what a campaign says."""

    def __init__(self, store: CampaignStore, audiences: Audiences, renderer: Renderer, clock: Clock) -> None:
        self._store = store
        self._audiences = audiences
        self._renderer = renderer
        self._clock = clock
        self._contents: Recent[CampaignContent] = Recent(20)

    # -------------------------------------------------------------- to the gateway

    async def list_campaigns(self, query: CampaignQuery, actor: Actor) -> CampaignPage:
        """See `Campaigns.list_campaigns`."""
        _must_run_the_shop(actor)
        checked_query(query)
        return page_of(await self._store.page(place_before(query), query.first + 1), query, cursor_of)

    async def campaigns_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[Campaign, ...]:
        """See `Campaigns.campaigns_by_id`."""
        _must_run_the_shop(actor)
        return await self._store.by_ids(ids)

    async def check_campaign(self, wish: CreateCampaign, actor: Actor) -> None:
        """See `Campaigns.check_campaign`."""
        _must_run_the_shop(actor)
        checked_campaign(wish, self._clock.now())

    # -------------------------------------------------------------- to sending

    async def words_of(self, campaign_id: str) -> CampaignWords | None:
        """See `services.notifications.ports.Campaigns`. The words never change, so they are read once."""
        campaign = await self._find(campaign_id)
        content = await self._content_of(campaign_id)
        return _words(campaign, content) if campaign and content else None

    # -------------------------------------------------------------- to its workflow

    async def open_campaign(self, wish: CreateCampaign, asked_at: datetime) -> Campaign:
        """See `CampaignSteps.open_campaign`."""
        if (present := await self._find(wish.campaign_id)) is not None:
            return present
        checked_campaign(wish, asked_at)
        campaign = Campaign(
            id=wish.campaign_id,
            name=wish.name,
            category=wish.category,
            audience=wish.audience,
            status=CampaignStatus.SCHEDULED,
            created_at=self._clock.now(),
            created_by=wish.actor_id,
            scheduled_for=wish.scheduled_for,
            personal=is_personal(wish),
        )
        return await self._store.insert(campaign, wish.content)

    async def find_campaign(self, campaign_id: str) -> Campaign:
        """See `CampaignSteps.find_campaign`."""
        return known(await self._find(campaign_id))

    async def begin_campaign(self, campaign_id: str) -> Campaign:
        """See `CampaignSteps.begin_campaign`."""
        change = CampaignChange(status=CampaignStatus.RUNNING, started_at=self._clock.now())
        return known(await self._store.change(campaign_id, SCHEDULED, change))

    async def take_audience(self, campaign_id: str) -> Campaign:
        """See `CampaignSteps.take_audience`."""
        campaign = known(await self._find(campaign_id))
        words = await self.words_of(campaign_id)
        assert words  # noqa: S101 (stored in one document with the campaign)
        while campaign.status is CampaignStatus.RUNNING and not campaign.is_taken:
            await self._take_page(campaign, words)
            campaign = known(await self._find(campaign_id))
        return campaign

    async def pause_campaign(self, campaign_id: str, *, paused: bool) -> Campaign:
        """See `CampaignSteps.pause_campaign`."""
        campaign = known(await self._store.change(campaign_id, OPEN, CampaignChange(paused=paused)))
        refuse_unless_open(campaign)
        return campaign

    async def cancel_campaign(self, campaign_id: str) -> Campaign:
        """See `CampaignSteps.cancel_campaign`."""
        change = CampaignChange(status=CampaignStatus.CANCELLED, paused=False)
        campaign = known(await self._store.change(campaign_id, CANCELLABLE, change))
        if campaign.status is not CampaignStatus.CANCELLED:
            refuse_unless_open(campaign)
        return campaign

    async def finish_campaign(self, campaign_id: str) -> Campaign:
        """See `CampaignSteps.finish_campaign`."""
        campaign = known(await self._find(campaign_id))
        if campaign.finished_at is not None:
            return campaign
        done = CampaignChange(status=CampaignStatus.COMPLETED, finished_at=self._clock.now())
        cancelled = CampaignChange(finished_at=done.finished_at)
        await self._store.change(campaign_id, RUNNING, done)
        return known(await self._store.change(campaign_id, frozenset({CampaignStatus.CANCELLED}), cancelled))

    # -------------------------------------------------------------- helpers

    async def _find(self, campaign_id: str) -> Campaign | None:
        return next(iter(await self._store.by_ids([campaign_id])), None)

    async def _content_of(self, campaign_id: str) -> CampaignContent | None:
        content = self._contents.look(campaign_id) or await self._store.content_of(campaign_id)
        if content is not None:
            self._contents.keep(campaign_id, content)
        return content

    async def _take_page(self, campaign: Campaign, words: CampaignWords) -> None:
        """The next people of the audience. Without effect where another process has taken them."""
        assert campaign.started_at  # noqa: S101 (it is RUNNING)
        page = await self._audiences.page(
            campaign.audience, campaign.started_at, after=campaign.taken_up_to, limit=AT_ONCE
        )
        now = self._clock.now()
        messages = [
            message_of(campaign, recipient, self._subject(words, recipient), campaign.recipients + index, now)
            for index, recipient in enumerate(page.people)
        ]
        await self._store.enrol(
            campaign, Enrolment(messages=messages, taken_up_to=page.last, is_last=not page.has_more)
        )

    def _subject(self, words: CampaignWords, recipient: Recipient) -> str:
        return self._renderer.campaign_subject(words, recipient.name)


def _words(campaign: Campaign, content: CampaignContent) -> CampaignWords:
    return CampaignWords(
        campaign_id=campaign.id,
        key=campaign.id,
        name=campaign.name,
        category=campaign.category,
        subject=content.subject,
        body=content.body,
        cancelled=campaign.status is CampaignStatus.CANCELLED,
        paused=campaign.paused,
    )


def _must_run_the_shop(actor: Actor) -> None:
    if not actor.runs_the_shop:
        raise Forbidden
