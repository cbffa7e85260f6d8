"""How a campaign goes: written down, begun in its time, its audience taken, sent in batches, ended.

Which messages come next is in `campaign_course`. Nothing is undone here: what was sent was sent.
"""

import asyncio
import dataclasses
from contextlib import suppress
from datetime import timedelta
from typing import Final, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from activities.errors import to_failure
from activities.notifications import OneCampaign, OpenCampaign, SetCampaignPaused
from services.notifications.campaigns.models import Campaign, CampaignStatus
from services.notifications.models import SendBatch
from services.notifications.recipients.models import LearnContacts
from services.shared.contacts import ListContacts
from services.shared.errors import NotFound
from workflows import steps
from workflows.campaign_course import Allotment, Course
from workflows.campaigns import CampaignInput, CampaignMark, CampaignProgress, CampaignTally, told
from workflows.failures import failure_of
from workflows.personal_offers import give_offers
from workflows.placement import perform
from workflows.recommendations import PEOPLE

REMOTE: Final[tuple[str, ...]] = ()
UNLIMITED: Final = 1e9
"""Messages a second, where none is sent any more."""

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")


class CampaignStory:
    """One campaign. What others want of it may come at any time while it is told."""

    def __init__(self, wish: CampaignInput, colocated: tuple[str, ...]) -> None:
        self._input = wish
        self._colocated = colocated
        self._this = OneCampaign(campaign_id=wish.campaign_id)
        self._course = wish.so_far.course if wish.so_far else Course()
        self._tally = wish.so_far.tally if wish.so_far else CampaignTally()
        self._campaign: Campaign | None = None
        self._failure: ApplicationError | None = None
        self._broken: BaseException | None = None
        self._wishes = asyncio.Lock()
        self._batches: set[asyncio.Task[None]] = set()
        self._begun = 0
        self._news = 0

    # -------------------------------------------------------------- the story

    async def tell(self) -> Campaign | None:
        """The campaign when it is over; None where the rest is for another run.

        Raises:
            FailureError: it cannot be written down (INVALID), or is not there (NOT_FOUND).
        """
        try:
            await self._open()
        except FailureError as error:
            self._failure = failure_of(error, "the campaign was not written down")
            raise self._failure from None
        await self._its_time()
        if self.campaign.status is CampaignStatus.SCHEDULED:
            self._note(await self._ask(steps.BEGIN_CAMPAIGN, self._this))
        if not await self._audience_taken():
            return None
        await self._send()
        if not self._course.is_over:
            return None
        return self._note(await self._ask(steps.FINISH_CAMPAIGN, self._this))

    def so_far(self) -> CampaignMark:
        """For the run that goes on with it."""
        return CampaignMark(course=self._course, tally=self._tally)

    async def _open(self) -> None:
        wish = self._input.wish
        if wish is None:
            self._note(await self._ask(steps.FIND_CAMPAIGN, self._this))
        else:
            command = OpenCampaign(wish=wish, asked_at=workflow.info().start_time)
            self._note(await self._ask(steps.OPEN_CAMPAIGN, command))

    async def _audience_taken(self) -> bool:
        """False where the rest is for another run."""
        if self.campaign.status is CampaignStatus.RUNNING and not self.campaign.is_taken:
            if not await self._contacts_learnt():
                return False
            self._note(await perform(steps.TAKE_AUDIENCE, self._this, REMOTE))
        self._course = dataclasses.replace(self._course, total=self.campaign.recipients)
        return True

    async def _contacts_learnt(self) -> bool:
        """That of everybody who had an account before there were notifications; others are known from events."""
        learnt = await self._ask(steps.LEARN_CONTACTS, LearnContacts())
        more = True
        while more:
            if workflow.info().is_continue_as_new_suggested():
                return False
            page = await perform(steps.LIST_CONTACTS, ListContacts(after=learnt.up_to), REMOTE)
            learnt, more = await self._ask(steps.LEARN_CONTACTS, LearnContacts(page=page)), page.has_more
        return True

    async def _its_time(self) -> None:
        while self.campaign.status is CampaignStatus.SCHEDULED:
            begins, now, seen = self.campaign.scheduled_for, workflow.now(), self._news
            if not self.campaign.paused and (begins is None or begins <= now):
                return
            await self._news_after(seen, None if self.campaign.paused or begins is None else (begins - now))

    async def _send(self) -> None:
        """Batch after batch, several at once, until nothing is left or the history is long."""
        while True:
            seen = self._news
            if self._broken is not None:
                raise self._broken
            self._begin_batches()
            if not self._batches and (self._course.is_over or self._is_long()):
                return
            await self._news_after(seen, self._until_due())

    def _begin_batches(self) -> None:
        rules = self._input.rules
        while len(self._batches) < rules.at_once and not self._is_long() and not self._holds():
            size, pace = (rules.batch, UNLIMITED) if self._is_cancelled else (self._size(), rules.per_second)
            taken, self._course = self._course.taken(size, pace, workflow.now())
            if taken is None:
                return
            self._begun += 1
            task = asyncio.ensure_future(self._batch(taken))
            self._batches.add(task)
            task.add_done_callback(self._end_batch)

    def _size(self) -> int:
        """Messages of a batch."""
        return min(self._input.rules.span, PEOPLE) if self.campaign.personal else self._input.rules.span

    async def _batch(self, taken: Allotment) -> None:
        if self.campaign.personal and not self._is_cancelled:
            await give_offers(self._input.campaign_id, taken.span, self._colocated)
        wish = SendBatch(
            campaign_id=self._input.campaign_id,
            first=taken.span.start,
            until=taken.span.end,
            chunk=self._input.rules.chunk,
        )
        result = await perform(steps.SEND_BATCH, wish, REMOTE)
        self._tally = self._tally.after(result)
        self._course = self._course.after(taken, result, workflow.now())
        if self._is_cancelled:
            self._course = self._course.hurried(workflow.now())

    def _end_batch(self, task: "asyncio.Task[None]") -> None:
        self._batches.discard(task)
        self._broken = self._broken or task.exception()
        self._show()
        self._hear()

    def _until_due(self) -> timedelta | None:
        """How long until another batch may begin, if it is time that it waits for."""
        full = len(self._batches) >= self._input.rules.at_once
        if full or self._holds() or self._is_long() or self._course.is_over:
            return None
        return self._course.due_at(workflow.now()) - workflow.now()

    def _holds(self) -> bool:
        return self.campaign.paused and not self._is_cancelled

    def _is_long(self) -> bool:
        return self._begun >= self._input.rules.batches_a_run or workflow.info().is_continue_as_new_suggested()

    @property
    def _is_cancelled(self) -> bool:
        return self.campaign.status is CampaignStatus.CANCELLED

    # -------------------------------------------------------------- what others ask and want

    @property
    def campaign(self) -> Campaign:
        """As this run knows it: its counts may be behind. Raises NOT_FOUND before it is written down."""
        if self._campaign is None:
            raise to_failure(NotFound("no such campaign", ("id",)))
        return self._campaign

    async def opened(self) -> Campaign:
        """As soon as it is written down. Fails as the workflow does."""
        await workflow.wait_condition(lambda: self._campaign is not None or self._failure is not None)
        if self._failure is not None:
            raise self._failure
        return self.campaign

    async def cancel(self) -> Campaign:
        """CANCELLED in its row, which batches under way look at; what is left is skipped after the answer."""
        await self.opened()
        async with self._wishes:
            return self._grant(await self._told(steps.CANCEL_CAMPAIGN, self._this))

    async def pause(self, paused: bool) -> Campaign:  # noqa: FBT001 (as the wish says)
        """The same for a pause, and its end."""
        await self.opened()
        wish = SetCampaignPaused(campaign_id=self._input.campaign_id, paused=paused)
        async with self._wishes:
            return self._grant(await self._told(steps.PAUSE_CAMPAIGN, wish))

    def progress(self) -> CampaignProgress:
        """How far it is."""
        return CampaignProgress(
            status=self.campaign.status,
            paused=self.campaign.paused,
            recipients=self.campaign.recipients,
            given=self._course.next,
            under_way=len(self._batches),
            waiting=sum(each.count for each in self._course.waiting),
            tally=self._tally,
        )

    # -------------------------------------------------------------- helpers

    def _grant(self, campaign: Campaign) -> Campaign:
        """What a wish has made of it."""
        self._campaign = dataclasses.replace(self.campaign, paused=campaign.paused)
        return self._note(campaign)

    def _note(self, campaign: Campaign) -> Campaign:
        """Keeps it. What a step has read before a wish was granted does not take the wish back."""
        if self._campaign is not None:
            status = CampaignStatus.CANCELLED if self._is_cancelled else campaign.status
            campaign = dataclasses.replace(campaign, status=status, paused=self._campaign.paused)
        self._campaign = campaign
        if self._is_cancelled:
            self._course = self._course.hurried(workflow.now())
        self._show()
        self._hear()
        return campaign

    def _show(self) -> None:
        workflow.set_current_details(told(self.campaign, self.progress()))

    def _hear(self) -> None:
        self._news += 1

    async def _news_after(self, seen: int, within: timedelta | None) -> None:
        """Until something has happened since, or for so long."""
        with suppress(asyncio.TimeoutError):
            await workflow.wait_condition(lambda: self._news != seen, timeout=within)

    async def _ask(self, step: steps.Step[Wish, Answer], wish: Wish) -> Answer:
        return await perform(step, wish, self._colocated)

    async def _told(self, step: steps.Step[Wish, Answer], wish: Wish) -> Answer:
        """Raises what may leave an update."""
        try:
            return await self._ask(step, wish)
        except FailureError as error:
            raise failure_of(error, "the campaign did not answer") from None
