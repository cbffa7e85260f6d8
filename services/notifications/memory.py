"""Messages and lanes in memory: the fakes of the stores, kept to the same contract suites. For tests; forgets all."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.notifications.models import (
    FINAL,
    Claim,
    Lane,
    LanePause,
    Message,
    Source,
    SourceKind,
    Status,
    place_of,
)
from services.notifications.ports import MakeEvent
from services.shared.events import Event


class MemoryMessageStore:
    """Implements MessageStore, in dicts. `events` is what an outbox would hold, `counts` what campaigns would."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.counts: defaultdict[str, Counter[Status]] = defaultdict(Counter)
        self._messages: dict[str, Message] = {}
        self._sequences: Counter[str] = Counter()

    async def insert(self, messages: Sequence[Message]) -> int:
        new = {message.id: message for message in messages if message.id not in self._messages}
        self._messages |= new
        return len(new)

    async def by_ids(self, ids: Sequence[str]) -> tuple[Message, ...]:
        return tuple(self._messages[each] for each in dict.fromkeys(ids) if each in self._messages)

    async def page(self, user_id: str, before: str | None, limit: int) -> tuple[Message, ...]:
        mine = [message for message in self._messages.values() if message.user_id == user_id]
        found = [message for message in mine if before is None or place_of(message) < before]
        return tuple(sorted(found, key=place_of, reverse=True)[:limit])

    async def of_source(self, source: Source) -> tuple[Message, ...]:
        return tuple(message for message in self._messages.values() if message.source == source)

    async def of_positions(self, campaign_id: str, first: int, until: int) -> tuple[Message, ...]:
        mine = (each for each in self._messages.values() if each.source.id == campaign_id)
        found = (each for each in mine if first <= each.position < until)
        return tuple(sorted(found, key=lambda each: each.position))

    async def give_facts(self, facts: Mapping[str, Mapping[str, Any]]) -> None:
        for message in await self.by_ids(list(facts)):
            if message.status is Status.QUEUED:
                self._messages[message.id] = replace(message, facts=facts[message.id])

    async def claim(self, messages: Sequence[Message], claim: Claim) -> tuple[Message, ...]:
        known = {message.id: message for message in await self.by_ids([message.id for message in messages])}
        same = [known[each.id] for each in messages if each.id in known and known[each.id].attempts == each.attempts]
        return tuple(self._claimed(message, claim) for message in same if _is_due(message, claim.at))

    async def renew(self, message_ids: Sequence[str], claim: Claim) -> None:
        for message in await self.by_ids(message_ids):
            if message.claim and message.claim.id == claim.id:
                renewed = replace(message.claim, until=claim.until)
                self._messages[message.id] = replace(message, claim=renewed)

    async def begin(self, message_ids: Sequence[str], claim: Claim) -> tuple[str, ...]:
        held = [each for each in await self.by_ids(message_ids) if each.claim and each.claim.id == claim.id]
        for message in held:
            assert message.claim  # noqa: S101 (looked at above)
            self._messages[message.id] = replace(message, claim=replace(message.claim, begun=True))
        return tuple(message.id for message in held)

    async def settle(self, settlements: Sequence[tuple[Claim, Message]], make_event: MakeEvent) -> tuple[str, ...]:
        return tuple(message.id for claim, message in settlements if self._settle(claim, message, make_event))

    async def requeue(self, message: Message) -> bool:
        if self._messages[message.id].status is not Status.FAILED:
            return False
        self._messages[message.id] = message
        if message.source.kind is SourceKind.CAMPAIGN:
            self.counts[message.source.id][Status.FAILED] -= 1
        return True

    def _settle(self, claim: Claim, message: Message, make_event: MakeEvent) -> bool:
        stored = self._messages[message.id]
        if stored.claim is None or stored.claim.id != claim.id:
            return False
        self._messages[message.id] = replace(message, claim=None, attempts=stored.attempts)
        if message.status in FINAL:
            self._sequences[message.user_id] += 1
            self.events.append(make_event(message, self._sequences[message.user_id]))
            if message.source.kind is SourceKind.CAMPAIGN:
                self.counts[message.source.id][message.status] += 1
        return True

    def _claimed(self, message: Message, claim: Claim) -> Message:
        claimed = replace(message, status=Status.SENDING, claim=claim, attempts=message.attempts + 1)
        self._messages[message.id] = claimed
        return claimed


class MemoryLaneStore:
    """Implements LaneStore, in a dict."""

    def __init__(self) -> None:
        self._pauses: dict[Lane, LanePause] = {}

    async def pauses(self) -> tuple[LanePause, ...]:
        return tuple(self._pauses[lane] for lane in sorted(self._pauses))

    async def pause(self, pause: LanePause) -> bool:
        is_new = pause.lane not in self._pauses
        self._pauses.setdefault(pause.lane, pause)
        return is_new

    async def probe(self, pause: LanePause, until: datetime) -> bool:
        if self._pauses.get(pause.lane) != pause:
            return False
        self._pauses[pause.lane] = replace(pause, until=until, probes=pause.probes + 1)
        return True

    async def resume(self, lane: Lane) -> bool:
        return self._pauses.pop(lane, None) is not None


def _is_due(message: Message, now: datetime) -> bool:
    return message.status is Status.QUEUED and message.next_try_at <= now
