"""A post office for campaigns: stores in memory, the real rules, and answers of a mail server as a test wants them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from temporalio import activity

from services.notifications.campaigns.memory import MemoryCampaignStore
from services.notifications.campaigns.models import Campaign
from services.notifications.campaigns.service import CampaignService
from services.notifications.events import message_event
from services.notifications.memory import MemoryMessageStore
from services.notifications.models import FINAL, BatchResult, Claim, Message, Reason, SendBatch, Status
from services.notifications.recipients.models import ContactsLearnt, LearnContacts
from services.shared.contacts import ListContacts, SealedContacts
from services.shared.errors import Unavailable
from tests.notifications.campaigns.crowd import Crowd, campaign_service
from tests.support.doubles import CountingIds

LATER = timedelta(seconds=60)
"""When a message is tried again."""


class EngineClock:
    """The time of the server that skips it, as the running step sees it."""

    def now(self) -> datetime:
        started = activity.info().started_time if activity.in_activity() else datetime(2026, 11, 22, tzinfo=UTC)
        return started.replace(microsecond=started.microsecond // 1000 * 1000)


@dataclass
class Post:
    """One campaign's world.

    Attributes:
        refusals: how often each user's mail is to be tried again before it is taken.
        gate: while it is clear, a chunk waits before it is sent; `entered` says that one does.
        stops_after: so many mails later the gate is closed, once.
        away: so many batches fail before one begins.
        mails: how often each user was sent one.
        contacts: what users answer, page by page.
    """

    crowd: Crowd = field(default_factory=Crowd)
    refusals: Counter[str] = field(default_factory=Counter)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    stops_after: int | None = None
    away: int = 0
    batches: int = 0
    most_at_once: int = 0
    mails: Counter[str] = field(default_factory=Counter)
    contacts: list[str] = field(default_factory=list)
    learnt: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()
        self.clock = EngineClock()
        self.messages = MemoryMessageStore()
        self.store = MemoryCampaignStore(self.messages)
        self.campaigns: CampaignService = campaign_service(self.store, self.clock, self.crowd)
        self._ids = CountingIds()
        self._now = 0

    async def campaign(self, campaign_id: str) -> Campaign:
        """As it is stored."""
        (found,) = await self.store.by_ids([campaign_id])
        return found

    async def send_batch(
        self, command: SendBatch, progress: Callable[[BatchResult], None], is_ending: Callable[[], bool] = bool
    ) -> BatchResult:
        """See `Sending.send_batch`."""
        self.batches += 1
        if self.away:
            self.away -= 1
            raise Unavailable("database")
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            result = await self._send(command, progress, is_ending)
        finally:
            self._now -= 1
        left = [each for each in await self._of(command) if each.status not in FINAL]
        return replace(result, waiting=len(left), next_try_at=min((each.next_try_at for each in left), default=None))

    async def _send(
        self, command: SendBatch, progress: Callable[[BatchResult], None], is_ending: Callable[[], bool]
    ) -> BatchResult:
        tally: Counter[Status] = Counter()
        stopped = False
        while True:
            self.entered.set()
            await self.gate.wait()
            words = await self.campaigns.words_of(command.campaign_id)
            assert words
            stopped = words.paused or is_ending()
            chunk = () if stopped else await self._claimed(command)
            if not chunk:
                break
            tally.update([self._outcome(message, cancelled=words.cancelled).status for message in chunk])
            await self._settle(chunk, cancelled=words.cancelled)
            if self.stops_after is not None and self.mails.total() >= self.stops_after:
                self.stops_after = None
                self.gate.clear()
            progress(BatchResult())
        return BatchResult(sent=tally[Status.SENT], skipped=tally[Status.SKIPPED], stopped=stopped)

    async def _of(self, command: SendBatch) -> Sequence[Message]:
        return await self.messages.of_positions(command.campaign_id, command.first, command.until)

    async def _claimed(self, command: SendBatch) -> Sequence[Message]:
        now = self.clock.now()
        claim = Claim(id=self._ids.new(), holder="test", at=now, until=now + LATER)
        due = [each for each in await self._of(command) if each.status is Status.QUEUED and each.next_try_at <= now]
        return await self.messages.claim(due[: command.chunk], claim)

    async def _settle(self, chunk: Sequence[Message], *, cancelled: bool) -> None:
        pairs = []
        for message in chunk:
            outcome = self._outcome(message, cancelled=cancelled)
            if outcome.status is Status.SENT:
                self.mails[message.user_id] += 1
            elif outcome.status is Status.QUEUED:
                self.refusals[message.user_id] -= 1
            assert message.claim
            pairs.append((message.claim, outcome))
        await self.messages.settle(pairs, lambda message, number: message_event(message, self._ids.new(), number))

    def _outcome(self, message: Message, *, cancelled: bool) -> Message:
        now = self.clock.now()
        if cancelled:
            return replace(message, status=Status.SKIPPED, reason=Reason.CANCELLED, settled_at=now)
        if self.refusals[message.user_id] > 0:
            return replace(message, status=Status.QUEUED, next_try_at=now + LATER)
        return replace(message, status=Status.SENT, settled_at=now)

    # -------------------------------------------------------------- users, and what is known of them

    async def list_contacts(self, wish: ListContacts) -> SealedContacts:
        """See `ContactBook.list_contacts`: a page for each of `contacts`, named by its place."""
        place = int(wish.after or 0)
        page = self.contacts[place : place + 1]
        last = str(place + len(page))
        return SealedContacts(sealed="".join(page), count=len(page), last=last, has_more=place + 1 < len(self.contacts))

    async def learn_contacts(self, wish: LearnContacts) -> ContactsLearnt:
        """See `ContactSteps.learn_contacts`."""
        if wish.page is not None:
            self.learnt.append(wish.page.sealed)
        return ContactsLearnt(up_to=wish.page.last if wish.page else "")
