"""Sends messages: claims them, has them handed over, and settles what they became. One and a chunk are the same.

A claim is renewed as long as its process works on it. What a killed process left behind is known by a claim that is
over, and nobody knows what became of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
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
    SourceKind,
    Status,
)
from services.notifications.ports import Campaigns, MessageStore, Watch
from services.notifications.sending.batches import due_at, is_due, is_left_behind, is_live, with_ended, with_waiting
from services.notifications.sending.fresh import FreshMessages
from services.notifications.sending.gate import LaneGate
from services.notifications.sending.handing import HandingOver
from services.notifications.sending.starting import LatestWords, Start
from services.notifications.sending.states import unknown, untouched, waiting
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
    """What a sender works with.

    Attributes:
        at_once: how many messages of batches are on their way together, in this process.
        fresh: what was made a moment ago in this process.
        heeded_within: seconds after which a campaign that was stopped begins no message any more.
    """

    claims: Claims
    watch: Watch
    clock: Clock
    ids: IdFactory
    at_once: int
    fresh: FreshMessages
    heeded_within: float = 0.1


class Sender:
    """Sends single messages, and batches of a campaign."""

    def __init__(
        self, store: MessageStore, campaigns: Campaigns, handing: HandingOver, gate: LaneGate, tools: Tools
    ) -> None:
        self._store = store
        self._latest = LatestWords(campaigns, tools.heeded_within)
        self._handing = handing
        self._gate = gate
        self._tools = tools
        self._slots = asyncio.Semaphore(tools.at_once)

    async def send_message(self, message_id: str, lane: Lane) -> SendResult:
        """See `Sending.send_message`."""
        message = self._tools.fresh.take(message_id) or await self._known(message_id)
        if is_left_behind(message, self._tools.clock.now()):
            (message,) = await self._take_over((message,)) or (await self._known(message_id),)
        if message.status in FINAL:
            return _result(message)
        words = await self._words_for(message)
        if words is not None and words.paused:
            return _put_off(message_id, self._tools.clock.now() + self._tools.claims.lease)
        pause = None if words is not None and words.cancelled else await self._gate.pause_of(lane)
        is_probe = pause is not None and self._has_live((message,))
        if pause is not None and is_probe and not await self._gate.may_probe(pause):
            return _put_off(message_id, pause.until)
        ended = await self._send((message,), words, is_probe=is_probe)
        return _result(ended[0] if ended else await self._known(message_id))

    async def send_batch(
        self, command: SendBatch, progress: Callable[[BatchResult], None], is_ending: Callable[[], bool] = bool
    ) -> BatchResult:
        """See `Sending.send_batch`."""
        result, at, not_before = BatchResult(), command.first, None
        while at < command.until and not_before is None:
            words = await self._latest.now(command.campaign_id)
            if words.paused or is_ending():
                result = replace(result, stopped=True)
                break
            chunk = await self._store.of_positions(command.campaign_id, at, min(at + command.chunk, command.until))
            pause = None if words.cancelled else await self._gate.pause_of(words.category.lane)
            is_probe = pause is not None and self._has_live(chunk)
            if pause is not None and is_probe and not await self._gate.may_probe(pause):
                not_before = pause.until
                break
            ended = await self._send_due(chunk, words, is_probe=is_probe)
            result = with_waiting(with_ended(result, ended), _now_known(chunk, ended))
            progress(result)
            at += command.chunk
            if (await self._latest.lately(command.campaign_id)).paused:
                result = replace(result, stopped=True)
                break
            not_before = _not_before(ended)
        result = with_waiting(result, await self._store.of_positions(command.campaign_id, at, command.until))
        return replace(result, next_try_at=not_before) if not_before and result.waiting else result

    def _has_live(self, messages: Sequence[Message]) -> bool:
        """Whether one of them would be handed over now: no probe of a lane is spent on what only comes to its end."""
        now = self._tools.clock.now()
        return any(is_live(message, now) for message in messages)

    async def _send_due(self, chunk: Sequence[Message], words: CampaignWords, *, is_probe: bool) -> Sequence[Message]:
        """What became of those of the chunk that were due, or left behind."""
        now = self._tools.clock.now()
        left = [message for message in chunk if is_left_behind(message, now)]
        due = [message for message in chunk if is_due(message, now)]
        if is_probe:
            due = [message for message in due if is_live(message, now)][:1]
        taken = await self._take_over(left) if left else ()
        sent = await self._send(due, words, is_probe=is_probe) if due else ()
        return [*taken, *sent]

    async def _send(
        self, messages: Sequence[Message], words: CampaignWords | None, *, is_probe: bool
    ) -> Sequence[Message]:
        """What became of those that could be claimed, and whose claim was not lost meanwhile."""
        alone = len(messages) == 1
        claim, slots = self._new_claim(begun=alone), asyncio.Semaphore() if alone else self._slots
        claimed = await self._store.claim(messages, claim)
        if not claimed:
            return ()
        async with self._held(claimed, claim) as turn:
            try:
                start = Start(words, self._latest, None if alone else partial(self._begin, claim, turn))
                ended = await self._handing.hand_over(claimed, start, slots, is_probe=is_probe)
            except Unavailable:
                # Nothing was handed over: so that this stays known, they are given back.
                now = self._tools.clock.now()
                await self._settle([(claim, waiting(message, now, message.detail)) for message in claimed], turn)
                raise
            return await self._settle([(claim, message) for message in ended], turn)

    async def _begin(self, claim: Claim, turn: asyncio.Lock, message_ids: Sequence[str]) -> Collection[str]:
        async with turn:
            return await self._store.begin(message_ids, claim)

    async def _settle(self, settlements: Sequence[tuple[Claim, Message]], turn: asyncio.Lock) -> Sequence[Message]:
        """Those that are stored as they are given, once the database takes them; the others' claims were lost."""
        ids = await self._stored(settlements, turn)
        stored = [message for _, message in settlements if message.id in ids]
        for message in stored:
            if message.status in FINAL:
                self._tools.watch.ended(message)
        return stored

    async def _stored(self, settlements: Sequence[tuple[Claim, Message]], turn: asyncio.Lock) -> frozenset[str]:
        pause = FIRST_PAUSE
        while True:
            try:
                async with turn:
                    return frozenset(await self._store.settle(settlements, self._event))
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _take_over(self, left: Sequence[Message]) -> Sequence[Message]:
        """What messages are now that a killed process left behind; others that were quicker take theirs."""
        now = self._tools.clock.now()
        taken = [
            (each.claim, unknown(each, LEFT, now) if each.claim.begun else untouched(each, now))
            for each in left
            if each.claim
        ]
        return await self._settle(taken, asyncio.Lock())

    async def _known(self, message_id: str) -> Message:
        found = await self._store.by_ids([message_id])
        if not found:
            raise NotFound("no such message", ("messageId",))
        return found[0]

    @asynccontextmanager
    async def _held(self, messages: Sequence[Message], claim: Claim) -> AsyncIterator[asyncio.Lock]:
        """Meanwhile the claim does not end. Whoever writes to the messages takes the lock that it gives: the embedded
        database stands still for ever when one command changes what an open transaction has changed and goes on with.
        """
        turn = asyncio.Lock()
        renewing = asyncio.create_task(self._renew([message.id for message in messages], claim, turn))
        try:
            yield turn
        finally:
            renewing.cancel()

    async def _renew(self, message_ids: Sequence[str], claim: Claim, turn: asyncio.Lock) -> None:
        lease = self._tools.claims.lease
        while True:
            await asyncio.sleep(lease.total_seconds() / RENEWALS)
            async with turn:
                with suppress(Unavailable):
                    await self._store.renew(message_ids, replace(claim, until=self._tools.clock.now() + lease))

    async def _words_for(self, message: Message) -> CampaignWords | None:
        return await self._latest.now(message.source.id) if message.source.kind is SourceKind.CAMPAIGN else None

    def _new_claim(self, *, begun: bool) -> Claim:
        now, claims = self._tools.clock.now(), self._tools.claims
        return Claim(id=self._tools.ids.new(), holder=claims.holder, at=now, until=now + claims.lease, begun=begun)

    def _event(self, message: Message, sequence: int) -> Event:
        return message_event(message, self._tools.ids.new(), sequence)


def _result(message: Message) -> SendResult:
    return SendResult(message_id=message.id, status=message.status, reason=message.reason, next_try_at=due_at(message))


def _put_off(message_id: str, until: datetime) -> SendResult:
    return SendResult(message_id=message_id, status=Status.QUEUED, next_try_at=until)


def _now_known(chunk: Sequence[Message], ended: Sequence[Message]) -> Sequence[Message]:
    known = {message.id: message for message in ended}
    return [known.get(message.id, message) for message in chunk]


def _not_before(tried: Sequence[Message]) -> datetime | None:
    """When the next chunk may be tried, where nothing of this one came to an end; None: at once."""
    if any(message.status in FINAL for message in tried):
        return None
    return min((message.next_try_at for message in tried), default=None)
