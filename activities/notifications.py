"""The steps of notifications. No rule here: unwrap, call the service; a message that waits is tried when it is due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.turns import Turns
from services.notifications.campaigns.models import Campaign, CampaignContent, CreateCampaign
from services.notifications.campaigns.ports import CampaignSteps
from services.notifications.models import (
    FINAL,
    BatchResult,
    Lane,
    QueuedMessage,
    QueuedMessages,
    QueueMessages,
    SendBatch,
    SendResult,
)
from services.notifications.offers.models import GiveOffers, ListUntold, Untold
from services.notifications.offers.ports import OfferSteps
from services.notifications.ports import Sending
from services.notifications.recipients.models import ContactsLearnt, LearnContacts
from services.notifications.recipients.ports import ContactSteps
from services.notifications.weekly.models import FindTrending, TrendingSkus, WordOffers
from services.notifications.weekly.ports import WeeklySteps
from services.shared.clock import Clock

WAITS: Final = "WAITS"
"""The type of the failure of an attempt that found its message not due: no error, and never the end of it."""

SOONEST: Final = timedelta(milliseconds=200)
"""Before another attempt, whatever the clocks say."""

BEAT_EVERY: Final = 3.0
"""Seconds; a step whose process was killed is noticed by what it tells no more (see `policies.SEND_CRITICAL`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOfEvent:
    """How far people are told of an event.

    Attributes:
        contact_of: the user whose contact is needed first; then there are no messages yet.
        ended: the messages that were sent, skipped or failed at once.
        waiting: those that are still to be sent.
    """

    contact_of: str | None = None
    ended: tuple[SendResult, ...] = ()
    waiting: tuple[QueuedMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequeueMessages:
    """The wish to try messages again that were given up."""

    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Names one message, and the lane that it is on."""

    message_id: str
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCampaign:
    """The wish that a campaign is written down; what is in the past is measured by `asked_at`."""

    wish: CreateCampaign
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCampaign:
    """Names one campaign."""

    campaign_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCampaignPaused:
    """The wish that a campaign stops for now, or goes on."""

    campaign_id: str
    paused: bool


class NotificationActivities:
    """What workflows may ask of notifications; runs on the queues of both lanes."""

    def __init__(
        self,
        sending: Sending,
        campaigns: CampaignSteps,
        contacts: ContactSteps,
        weekly: WeeklySteps,
        offers: OfferSteps,
        clock: Clock,
    ) -> None:
        self._sending = sending
        self._campaigns = campaigns
        self._contacts = contacts
        self._weekly = weekly
        self._offers = offers
        self._clock = clock
        self._turns = Turns()

    @activity.defn(name="notifications.tell_of_event")
    async def tell_of_event(self, command: QueueMessages) -> ToldOfEvent:
        """The messages of an event, made once, and the critical ones tried at once: most orders need no other step.

        Refuses with INVALID.
        """
        async with _beating():
            queued = await self._sending.queue_messages(command)
            results = [
                await self._sending.send_message(each.message_id, each.lane)
                for each in queued.messages
                if each.lane is Lane.CRITICAL
            ]
        ended = tuple(each for each in results if each.status in FINAL)
        known = {each.message_id for each in ended}
        return ToldOfEvent(
            contact_of=queued.contact_of,
            ended=ended,
            waiting=tuple(each for each in queued.messages if each.message_id not in known),
        )

    @activity.defn(name="notifications.requeue_messages")
    async def requeue_messages(self, command: RequeueMessages) -> QueuedMessages:
        """Those that wait to be sent again."""
        return await self._sending.requeue(command.message_ids)

    @activity.defn(name="notifications.send_message")
    async def send_message(self, command: SendMessage) -> SendResult:
        """Tries it until it is SENT, SKIPPED or FAILED: an attempt that leaves it waiting says when the next one is.

        Refuses with NOT_FOUND.
        """
        async with _beating():
            result = await self._sending.send_message(command.message_id, command.lane)
        if result.status not in FINAL:
            raise self._wait_of(result)
        return result

    @activity.defn(name="notifications.open_campaign")
    async def open_campaign(self, command: OpenCampaign) -> Campaign:
        """The campaign, written down once. Refuses with INVALID."""
        return await self._campaigns.open_campaign(command.wish, command.asked_at)

    @activity.defn(name="notifications.find_campaign")
    async def find_campaign(self, wish: OneCampaign) -> Campaign:
        """Looks without changing anything. Refuses with NOT_FOUND."""
        return await self._campaigns.find_campaign(wish.campaign_id)

    @activity.defn(name="notifications.begin_campaign")
    async def begin_campaign(self, command: OneCampaign) -> Campaign:
        """RUNNING, unless it is so or further. Refuses with NOT_FOUND."""
        return await self._campaigns.begin_campaign(command.campaign_id)

    @activity.defn(name="notifications.learn_contacts")
    async def learn_contacts(self, wish: LearnContacts) -> ContactsLearnt:
        """Up to whom contacts are known, with this page of them."""
        return await self._contacts.learn_contacts(wish)

    @activity.defn(name="notifications.take_audience")
    async def take_audience(self, command: OneCampaign) -> Campaign:
        """Its messages, made for everybody of its audience; begun anew it goes on where it was. NOT_FOUND."""
        async with _beating():
            return await self._campaigns.take_audience(command.campaign_id)

    @activity.defn(name="notifications.send_batch")
    async def send_batch(self, command: SendBatch) -> BatchResult:
        """What is due of a campaign's messages, sent; a worker that is told to end begins no further chunk.

        Begun anew, what was settled is not sent again.
        """
        async with _beating():
            return await self._sending.send_batch(command, activity.heartbeat, activity.is_worker_shutdown)

    @activity.defn(name="notifications.pause_campaign")
    async def pause_campaign(self, command: SetCampaignPaused) -> Campaign:
        """Held up, or going on. Refuses with NOT_FOUND, CONFLICT."""
        return await self._campaigns.pause_campaign(command.campaign_id, paused=command.paused)

    @activity.defn(name="notifications.cancel_campaign")
    async def cancel_campaign(self, command: OneCampaign) -> Campaign:
        """CANCELLED. Refuses with NOT_FOUND, CONFLICT."""
        return await self._campaigns.cancel_campaign(command.campaign_id)

    @activity.defn(name="notifications.finish_campaign")
    async def finish_campaign(self, command: OneCampaign) -> Campaign:
        """COMPLETED, unless it is CANCELLED; with the time of its end. Refuses with NOT_FOUND."""
        return await self._campaigns.finish_campaign(command.campaign_id)

    @activity.defn(name="notifications.find_trending")
    async def find_trending(self, wish: FindTrending) -> TrendingSkus:
        """What is bought most just now."""
        return await self._weekly.find_trending(wish)

    @activity.defn(name="notifications.word_offers")
    async def word_offers(self, wish: WordOffers) -> CampaignContent:
        """What a campaign says of them. Refuses with INVALID."""
        return await self._weekly.word_offers(wish)

    @activity.defn(name="notifications.list_untold")
    async def list_untold(self, wish: ListUntold) -> Untold:
        """Who is still to be told by some messages of a campaign."""
        return await self._offers.list_untold(wish)

    @activity.defn(name="notifications.give_offers")
    async def give_offers(self, command: GiveOffers) -> None:
        """What they are offered, written into their messages."""
        await self._offers.give_offers(command)

    def _wait_of(self, result: SendResult) -> ApplicationError:
        now = self._clock.now()
        turn = self._turns.next_turn(now, result.next_try_at or now)
        return ApplicationError(
            f"the message is {result.status}",
            type=WAITS,
            next_retry_delay=max(turn - now, SOONEST),
            category=ApplicationErrorCategory.BENIGN,
        )


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Tells the engine now and then that the step is alive, while what is inside runs."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY)
            activity.heartbeat()

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
