"""Sends messages: claims them, has them handed over, and settles what they became. One and a chunk are the same.

A claim is renewed as long as its process works on it. What a killed process left behind is known by a claim that is
over, and nobody knows what became of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.notifications.events import message_event
from services.notifications.models import (
    FINAL,
    BatchResult,
    CampaignWords,
    Claim,
    Lane,
    Message,
    SendBatch,
    SendResult,
    Status,
)
from services.notifications.ports import Campaigns, MessageStore, Watch
from services.notifications.sending.gate import LaneGate
from services.notifications.sending.handing import HandingOver
from services.notifications.sending.states import unknown, waiting
from services.shared.clock import Clock
from services.shared.errors import NotFound, Unavailable
from services.shared.events import Event
from services.shared.ids import IdFactory

RENEWALS: Final = 3
"""In the time that a claim lasts."""

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 3.0
"""Seconds between tries to store what is known of messages: it is lost with the process, and with nothing else."""

LEFT: Final = "its process ended while it was being sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """How messages are claimed: by which process, and for how long at a time."""

    holder: str
    lease: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a sender works with. `at_once`: how many messages of a batch are on their way together."""

    claims: Claims
    watch: Watch
    clock: Clock
    ids: IdFactory
    at_once: int


class Sender:
    """Sends single messages, and batches of a campaign."""

    def __init__(
        self, store: MessageStore, campaigns: Campaigns, handing: HandingOver, gate: LaneGate, tools: Tools
    ) -> None:
        self._store = store
        self._campaigns = campaigns
        self._handing = handing
        self._gate = gate
        self._tools = tools

    async def send_message(self, message_id: str, lane: Lane) -> SendResult:
        """See `Sending.send_message`."""
        pause = await self._gate.pause_of(lane)
        if pause is not None and not await self._gate.may_probe(pause):
            return SendResult(message_id=message_id, status=Status.QUEUED, next_try_at=pause.until)
        claim = self._new_claim()
        message = await self._store.claim(message_id, claim)
        if message is None:
            return await self._as_it_is(message_id)
        ended = await self._send((message,), claim, None, is_probe=pause is not None)
        return _result(ended[0]) if ended else await self._as_it_is(message_id)

    async def send_batch(self, command: SendBatch, progress: Callable[[BatchResult], None]) -> BatchResult:
        """See `Sending.send_batch`."""
        result = BatchResult()
        await self._take_over(command)
        while True:
            words = await self._words(command.campaign_id)
            pause = None if words.cancelled else await self._gate.pause_of(words.category.lane)
            if words.paused:
                result = replace(result, stopped=True)
                break
            if pause is not None and not await self._gate.may_probe(pause):
                result = replace(result, next_try_at=pause.until)
                break
            ended = await self._next_chunk(command, words, is_probe=pause is not None)
            result = _counted(result, ended)
            progress(result)
            # Where nothing came to an end, the next would fare no better.
            if not any(message.status in FINAL for message in ended):
                break
        left, next_try_at = await self._store.waiting(command.campaign_id, command.first, command.until)
        moments = [moment for moment in (result.next_try_at, next_try_at) if moment]
        return replace(result, waiting=left, next_try_at=max(moments, default=None) if left else None)

    async def _next_chunk(self, command: SendBatch, words: CampaignWords, *, is_probe: bool) -> Sequence[Message]:
        claim = self._new_claim()
        limit = 1 if is_probe else command.chunk
        messages = await self._store.claim_some(command.campaign_id, command.first, command.until, limit, claim)
        return await self._send(messages, claim, words, is_probe=is_probe) if messages else ()

    async def _send(
        self, messages: Sequence[Message], claim: Claim, words: CampaignWords | None, *, is_probe: bool
    ) -> Sequence[Message]:
        """What the messages are now; those whose claim was lost are left out."""
        async with self._held(messages, claim):
            try:
                ended = await self._handing.hand_over(messages, words, self._tools.at_once, is_probe=is_probe)
            except Unavailable:
                # Nothing was handed over: so that this stays known, they are given back.
                now = self._tools.clock.now()
                await self._settle([(claim, waiting(message, now, message.detail)) for message in messages])
                raise
            return await self._settle([(claim, message) for message in ended])

    async def _settle(self, settlements: Sequence[tuple[Claim, Message]]) -> Sequence[Message]:
        """Those that are stored as they are given, once the database takes them; the others' claims were lost."""
        ids = await self._stored(settlements)
        stored = [message for _, message in settlements if message.id in ids]
        for message in stored:
            if message.status in FINAL:
                self._tools.watch.ended(message)
        return stored

    async def _stored(self, settlements: Sequence[tuple[Claim, Message]]) -> frozenset[str]:
        pause = FIRST_PAUSE
        while True:
            try:
                return frozenset(await self._store.settle(settlements, self._event))
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _take_over(self, command: SendBatch) -> None:
        """Settles what killed processes left behind."""
        now = self._tools.clock.now()
        found = await self._store.left_behind(command.campaign_id, command.first, command.until, now)
        if found:
            await self._settle([(message.claim, unknown(message, LEFT, now)) for message in found if message.claim])

    async def _as_it_is(self, message_id: str) -> SendResult:
        """Of a message that could not be claimed. One that was left behind is settled, and may be claimed next."""
        found = await self._store.by_ids([message_id])
        if not found:
            raise NotFound("no such message", ("messageId",))
        message, now = found[0], self._tools.clock.now()
        if message.claim is None or message.claim.until > now:
            return _result(message)
        taken = unknown(message, LEFT, now)
        await self._settle([(message.claim, taken)])
        return _result(taken)

    @asynccontextmanager
    async def _held(self, messages: Sequence[Message], claim: Claim) -> AsyncIterator[None]:
        """Meanwhile the claim does not end."""
        renewing = asyncio.create_task(self._renew([message.id for message in messages], claim))
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, message_ids: Sequence[str], claim: Claim) -> None:
        lease = self._tools.claims.lease
        while True:
            await asyncio.sleep(lease.total_seconds() / RENEWALS)
            with suppress(Unavailable):
                await self._store.renew(message_ids, replace(claim, until=self._tools.clock.now() + lease))

    async def _words(self, campaign_id: str) -> CampaignWords:
        words = await self._campaigns.words_of(campaign_id)
        if words is None:
            raise NotFound("no such campaign", ("campaignId",))
        return words

    def _new_claim(self) -> Claim:
        now, claims = self._tools.clock.now(), self._tools.claims
        return Claim(id=self._tools.ids.new(), holder=claims.holder, at=now, until=now + claims.lease)

    def _event(self, message: Message, sequence: int) -> Event:
        return message_event(message, self._tools.ids.new(), sequence)


def _result(message: Message) -> SendResult:
    due = message.claim.until if message.claim else message.next_try_at
    return SendResult(
        message_id=message.id,
        status=message.status,
        reason=message.reason,
        next_try_at=None if message.status in FINAL else due,
    )


def _counted(result: BatchResult, ended: Sequence[Message]) -> BatchResult:
    statuses = [message.status for message in ended]
    return replace(
        result,
        sent=result.sent + statuses.count(Status.SENT),
        skipped=result.skipped + statuses.count(Status.SKIPPED),
        failed=result.failed + statuses.count(Status.FAILED),
    )
