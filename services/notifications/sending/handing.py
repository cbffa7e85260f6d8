"""Hands claimed messages to their channel: looks whether they may go, renders them, says what they became of it.

Stores nothing of a message; stops a lane that takes nothing, and suppresses addresses that were refused.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from services.notifications.deliveries import AddressRefused, Delivered, Delivery, LaneRefused, OutcomeUnknown
from services.notifications.models import CampaignWords, Lane, Mail, Message, Reason, Recipient, Suppression
from services.notifications.ports import MailChannel, Recipients, Renderer, Watch
from services.notifications.sending.fresh import FreshMessages
from services.notifications.sending.gate import LaneGate
from services.notifications.sending.starting import Start
from services.notifications.sending.states import Moment, Terms, after, failed, obstacle_to, skipped, untouched, waiting
from services.shared.clock import Clock
from services.shared.errors import Invalid, Unavailable

UNREADY: Final = "the message cannot be made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What handing over needs. `jitter` draws a number from 0 to 1; `fresh` is what was made a moment ago."""

    recipients: Recipients
    renderer: Renderer
    channel: MailChannel
    watch: Watch
    clock: Clock
    terms: Terms
    jitter: Callable[[], float]
    fresh: FreshMessages


class HandingOver:
    """Hands over some messages of one source at the same time."""

    def __init__(self, means: Means, gate: LaneGate) -> None:
        self._means = means
        self._gate = gate

    async def hand_over(
        self, messages: Sequence[Message], start: Start, slots: asyncio.Semaphore, *, is_probe: bool = False
    ) -> Sequence[Message]:
        """What the messages became, in their order; so many are on their way together as there are slots.

        With `is_probe` it is known that the lane is stopped, and the first that is delivered opens it. Raises
        Unavailable when people cannot be looked up; then nothing was handed over.
        """
        people = await self._people(messages)

        async def one(message: Message) -> Message:
            async with slots:
                return await self._one(message, people.get(message.user_id), start, is_probe=is_probe)

        return await asyncio.gather(*map(one, messages))

    async def _people(self, messages: Sequence[Message]) -> Mapping[str, Recipient]:
        """Those whom the messages are for, as they are now. Raises Unavailable."""
        fresh = [self._means.fresh.recipient_of(message.id) for message in messages]
        known = {person.user_id: person for person in fresh if person is not None}
        unknown = [message.user_id for message in messages if message.user_id not in known]
        return {**known, **await self._means.recipients.by_ids(unknown)} if unknown else known

    async def _one(self, message: Message, recipient: Recipient | None, start: Start, *, is_probe: bool) -> Message:
        mail = self._made(message, recipient, await start.words())
        if isinstance(mail, Message):
            return mail
        now = self._means.clock.now()
        if self._gate.is_shut(message.lane) and not is_probe:
            return waiting(message, now + self._means.terms.probe_after, "the lane is paused")
        if not await start.begin(message.id):
            return untouched(message, now)
        delivery = await self._delivered(message, mail)
        await self._learn(message.lane, mail, delivery, is_probe=is_probe)
        moment = Moment(at=self._means.clock.now(), jitter=self._means.jitter())
        return after(message, delivery, self._means.terms, moment)

    def _made(self, message: Message, recipient: Recipient | None, words: CampaignWords | None) -> Mail | Message:
        """The mail; or, where there is to be none now, what the message becomes."""
        now = self._means.clock.now()
        if words is not None and words.paused:
            return untouched(message, now)
        obstacle = obstacle_to(message, recipient, words, now)
        if obstacle is not None:
            return skipped(message, *obstacle, now)
        assert recipient is not None  # noqa: S101 (it would be an obstacle)
        try:
            return self._means.renderer.render(message, recipient, words)
        except Invalid as refusal:
            return failed(message, Reason.CONTENT_REFUSED, f"{UNREADY}: {refusal.problems[0].message}", now)
        except Exception as failure:  # noqa: BLE001 (one that cannot be made must not hold up the others)
            self._means.watch.went_wrong(message, failure)
            return failed(message, Reason.CONTENT_REFUSED, f"{UNREADY} ({type(failure).__name__})", now)

    async def _delivered(self, message: Message, mail: Mail) -> Delivery:
        began = monotonic()
        try:
            delivery = await self._means.channel.deliver(mail, message.lane)
        except Exception as failure:  # noqa: BLE001 (whatever it is, nobody knows what became of the mail)
            self._means.watch.went_wrong(message, failure)
            delivery = OutcomeUnknown(detail=type(failure).__name__)
        self._means.watch.tried(message, delivery, monotonic() - began)
        return delivery

    async def _learn(self, lane: Lane, mail: Mail, delivery: Delivery, *, is_probe: bool) -> None:
        """What a delivery says of more than its message. If that cannot be stored, the next one says it again."""
        with suppress(Unavailable):
            if isinstance(delivery, AddressRefused):
                found = Suppression(since=self._means.clock.now(), detail=delivery.detail)
                await self._means.recipients.suppress({mail.to: found})
            elif isinstance(delivery, LaneRefused):
                await self._gate.shut(lane, delivery.detail)
            elif isinstance(delivery, Delivered) and is_probe:
                await self._gate.open(lane)
