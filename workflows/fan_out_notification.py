"""Workflow `FanOutNotification`: tells people what has happened, or what a campaign has to say.

It only chooses which of the two; how an event is told of is in `notification_of_event`, how a campaign goes in
`campaign_story`.
"""

import asyncio
import dataclasses

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.errors import to_failure
from services.notifications.campaigns.models import Campaign
from services.shared.errors import NotFound
from workflows.campaign_story import CampaignStory
from workflows.campaigns import CampaignInput, CampaignProgress, PauseCampaign
from workflows.failures import failure_of
from workflows.notification_of_event import tell
from workflows.notifications import FanOutInput, FanOutResult


@workflow.defn(name="FanOutNotification")
class FanOutNotification:
    """One event, some messages again, or one campaign. Fails with INVALID, NOT_FOUND."""

    @workflow.init
    def __init__(self, input: FanOutInput) -> None:  # noqa: A002 - the word of the contract
        self._story = CampaignStory(input.campaign, input.colocated) if input.campaign else None

    @workflow.run
    async def run(self, input: FanOutInput) -> FanOutResult:  # noqa: A002 - the word of the contract
        """How many messages came to what. A campaign that is cancelled by the platform ends as cancelled, with what
        was not sent yet SKIPPED.
        """
        try:
            if input.campaign is not None:
                return await self._campaign(input, input.campaign)
            return await tell(input)
        except FailureError as error:
            raise failure_of(error, "the messages could not be made or sent") from None

    async def _campaign(self, input: FanOutInput, wish: CampaignInput) -> FanOutResult:  # noqa: A002 - as above
        # A task of its own: the platform cancels only this one, and what was sent must be recorded.
        story = asyncio.ensure_future(self._known().tell())
        stop: asyncio.Future[Campaign] | None = None
        while not story.done():
            try:
                await workflow.wait_condition(story.done)
            except asyncio.CancelledError:
                stop = stop or asyncio.ensure_future(self._known().cancel())
        if stop is not None:
            await workflow.wait((stop,))
        await workflow.wait_condition(workflow.all_handlers_finished)
        campaign = story.result()
        if campaign is None:
            rest = dataclasses.replace(wish, wish=None, so_far=self._known().so_far())
            workflow.continue_as_new(dataclasses.replace(input, campaign=rest))
        if stop is not None:
            raise asyncio.CancelledError("cancelled by the platform, what was not sent is skipped")
        return FanOutResult(sent=campaign.sent, skipped=campaign.skipped, failed=campaign.failed)

    # -------------------------------------------------------------- campaigns: updates and queries

    @workflow.update(name="await_campaign")
    async def await_campaign(self) -> Campaign:
        """Answers as soon as the campaign is written down. Fails as the workflow does."""
        return await self._known().opened()

    @workflow.update(name="cancel_campaign")
    async def cancel_campaign(self) -> Campaign:
        """Answers when nothing more of it will be sent. Refuses with CONFLICT when it has COMPLETED."""
        return await self._known().cancel()

    @workflow.update(name="pause_campaign")
    async def pause_campaign(self, wish: PauseCampaign) -> Campaign:
        """Answers when it is written down. Refuses with CONFLICT when the campaign has ended."""
        return await self._known().pause(wish.paused)

    @workflow.query(name="campaign_progress")
    def campaign_progress(self) -> CampaignProgress:
        """How far a campaign is. Fails with NOT_FOUND where it is none."""
        return self._known().progress()

    def _known(self) -> CampaignStory:
        if self._story is None:
            raise to_failure(NotFound("this workflow is no campaign's"))
        return self._story
