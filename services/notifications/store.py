"""Messages and lanes in MongoDB: the collections `messages` and `lanes`, their indexes and their end. Holds no rule.

A message's end is written together with its event, its recipient's counter and its campaign's counts. What has ended is
removed some time later.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from pymongo import UpdateOne

from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.outbox.rows import told
from services.infra.transaction import Overtaken, Transaction, Write, added, changed
from services.notifications.campaigns.documents import counted
from services.notifications.documents import (
    INDEXES,
    LANES,
    MESSAGES,
    VALIDATOR,
    claim_document,
    message_document,
    message_from,
    pause_document,
    pause_from,
    settled_fields,
)
from services.notifications.models import FINAL, Claim, Lane, LanePause, Message, Source, SourceKind, Status
from services.notifications.ports import MakeEvent

RECIPIENTS: Final = "recipients"
"""People's documents; `sequence` in them counts the events that tell of their messages."""

NEWEST_FIRST: Final = [("place", -1)]

Settlements = Sequence[tuple[Claim, Message]]


class MongoMessageStore:
    """Implements MessageStore."""

    def __init__(self, database: Database, kept: timedelta) -> None:
        self._database = database
        self._messages = database.collection(MESSAGES)
        self._kept = kept
        self._campaigns = asyncio.Lock()

    async def prepare(self) -> None:
        """Makes the collection, its validator and its indexes, or brings them up to date. Idempotent."""
        await self._database.ensure_collection(MESSAGES, VALIDATOR)
        for name, keys in INDEXES.items():
            await self._database.ensure_index(MESSAGES, name, keys)
        await self._database.ensure_index(
            MESSAGES, "gone", [("settled_at", 1)], expireAfterSeconds=int(self._kept.total_seconds())
        )

    async def insert(self, messages: Sequence[Message]) -> int:
        return await self._database.insert_missing(self._messages, [message_document(message) for message in messages])

    async def by_ids(self, ids: Sequence[str]) -> tuple[Message, ...]:
        return await self._found({"_id": {"$in": list(ids)}}) if ids else ()

    async def page(self, user_id: str, before: str | None, limit: int) -> tuple[Message, ...]:
        with unavailable_when_away():
            found = self._messages.find(page_filter(user_id, before)).sort(NEWEST_FIRST).limit(limit)
            return tuple([message_from(document) async for document in found])

    async def of_source(self, source: Source) -> tuple[Message, ...]:
        return await self._found({"source_id": source.id, "source_kind": source.kind.value})

    async def of_positions(self, campaign_id: str, first: int, until: int) -> tuple[Message, ...]:
        # By no further field: the embedded server would read the whole collection.
        wanted = {"source_id": campaign_id, "position": {"$gte": first, "$lt": until}}
        return tuple(sorted(await self._found(wanted), key=lambda message: message.position))

    async def give_facts(self, facts: Mapping[str, Mapping[str, Any]]) -> None:
        queued = Status.QUEUED.value
        writes = [UpdateOne({"_id": each, "status": queued}, {"$set": {"facts": facts[each]}}) for each in facts]
        if writes:
            with unavailable_when_away():
                await self._messages.bulk_write(writes, ordered=False)

    async def claim(self, messages: Sequence[Message], claim: Claim) -> tuple[Message, ...]:
        # Mostly all of them were tried as often, so that this is one command.
        claimed: list[Message] = []
        for attempts in {message.attempts for message in messages}:
            claimed += await self._claim([each for each in messages if each.attempts == attempts], attempts, claim)
        return tuple(claimed)

    async def renew(self, message_ids: Sequence[str], claim: Claim) -> None:
        mine = {"_id": one_of(message_ids), "claim.id": claim.id}
        with unavailable_when_away():
            await self._messages.update_many(mine, {"$set": {"claim.until": claim.until}})

    async def begin(self, message_ids: Sequence[str], claim: Claim) -> tuple[str, ...]:
        mine = {"_id": one_of(message_ids), "claim.id": claim.id}
        with unavailable_when_away():
            result = await self._messages.update_many(mine, {"$set": {"claim.begun": True}})
        if result.matched_count == len(message_ids):
            return tuple(message_ids)
        return tuple(message.id for message in await self._found(mine)) if result.matched_count else ()

    async def settle(self, settlements: Settlements, make_event: MakeEvent) -> tuple[str, ...]:
        if not any(message.source.kind is SourceKind.CAMPAIGN for _, message in settlements):
            return await self._settled(settlements, make_event)
        # Chunks of a campaign change its counts: side by side, all but one of them would be undone and begun again.
        async with self._campaigns:
            return await self._settled(settlements, make_event)

    async def _settled(self, settlements: Settlements, make_event: MakeEvent) -> tuple[str, ...]:
        # That a claim is lost is rare. What it costs to look is paid when one is.
        looks = False
        while settlements:
            try:
                return await self._database.transact_at_once(partial(_settle, settlements, make_event, looks=looks))
            except Overtaken:
                looks = True
        return ()

    async def requeue(self, message: Message) -> bool:
        wanted = {"_id": message.id, "status": Status.FAILED.value}
        writes = [changed(MESSAGES, wanted, {"$set": settled_fields(message) | {"expires_at": message.expires_at}})]
        if message.source.kind is SourceKind.CAMPAIGN:
            writes.append(counted(message.source.id, failed=-1))
        return await self._database.write_all(writes)

    async def _claim(self, messages: Sequence[Message], attempts: int, claim: Claim) -> Sequence[Message]:
        ids = [message.id for message in messages]
        due = {"status": Status.QUEUED.value, "next_try_at": {"$lte": claim.at}, "attempts": attempts}
        with unavailable_when_away():
            result = await self._messages.update_many({"_id": one_of(ids), **due}, _claimed(claim))
        if result.modified_count == len(ids):
            return [_with(message, claim) for message in messages]
        return await self._found({"_id": one_of(ids), "claim.id": claim.id}) if result.modified_count else ()

    async def _found(self, wanted: Document) -> tuple[Message, ...]:
        with unavailable_when_away():
            return tuple([message_from(document) async for document in self._messages.find(wanted)])


class MongoLaneStore:
    """Implements LaneStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes = database.collection(LANES)

    async def prepare(self) -> None:
        """Makes the collection. Idempotent."""
        await self._database.ensure_collection(LANES)

    async def pauses(self) -> tuple[LanePause, ...]:
        with unavailable_when_away():
            return tuple([pause_from(document) async for document in self._lanes.find().sort([("_id", 1)])])

    async def pause(self, pause: LanePause) -> bool:
        return await self._database.insert_new(self._lanes, pause_document(pause))

    async def probe(self, pause: LanePause, until: datetime) -> bool:
        wanted = {"_id": pause.lane.value, "since": pause.since, "until": pause.until}
        with unavailable_when_away():
            result = await self._lanes.update_one(wanted, {"$set": {"until": until}, "$inc": {"probes": 1}})
        return bool(result.modified_count)

    async def resume(self, lane: Lane) -> bool:
        with unavailable_when_away():
            result = await self._lanes.delete_one({"_id": lane.value})
        return bool(result.deleted_count)


def page_filter(user_id: str, before: str | None) -> Document:
    """The query of a page."""
    return {"user_id": user_id} | ({} if before is None else {"place": {"$lt": before}})


def _claimed(claim: Claim) -> Document:
    return {"$set": {"status": Status.SENDING.value, "claim": claim_document(claim)}, "$inc": {"attempts": 1}}


def _with(message: Message, claim: Claim) -> Message:
    return replace(message, status=Status.SENDING, claim=claim, attempts=message.attempts + 1)


def _settle(
    settlements: Settlements, make_event: MakeEvent, transaction: Transaction, *, looks: bool
) -> tuple[str, ...]:
    """The ids of those that were settled. Raises Overtaken."""
    held = _held(settlements, transaction) if looks else settlements
    final = [message for _, message in held if message.status in FINAL]
    users = Counter(message.user_id for message in final)
    had = _sequences(list(users), transaction) if users else {}
    events = [make_event(message, number) for message, number in _numbered(final, had)]
    # The campaign first: another process may be at its counts, and then nothing else was done in vain.
    transaction.write([*_campaign_writes(final), *_row_writes(held), *_counter_writes(users, had), *told(events)])
    return tuple(message.id for _, message in held)


def _held(settlements: Settlements, transaction: Transaction) -> Settlements:
    ids = [message.id for _, message in settlements]
    found = transaction.found(MESSAGES, {"_id": {"$in": ids}}, kept={"claim": 1})
    claims = {document["_id"]: document["claim"]["id"] for document in found if document["claim"]}
    return [(claim, message) for claim, message in settlements if claims.get(message.id) == claim.id]


def _sequences(users: Sequence[str], transaction: Transaction) -> dict[str, int]:
    found = transaction.found(RECIPIENTS, {"_id": {"$in": users}}, kept={"sequence": 1})
    return {document["_id"]: document.get("sequence", 0) for document in found}


def _numbered(final: Sequence[Message], had: dict[str, int]) -> Iterator[tuple[Message, int]]:
    latest = dict(had)
    for message in final:
        latest[message.user_id] = latest.get(message.user_id, 0) + 1
        yield message, latest[message.user_id]


def _row_writes(held: Settlements) -> Iterator[Write]:
    """One for all messages of a claim to which the same has happened."""
    alike: defaultdict[tuple[object, ...], list[Message]] = defaultdict(list)
    for claim, message in held:
        alike[claim.id, *settled_fields(message).values()].append(message)
    for (claim_id, *_), messages in alike.items():
        wanted = {"_id": one_of([message.id for message in messages]), "claim.id": claim_id}
        yield changed(MESSAGES, wanted, {"$set": settled_fields(messages[0])}, len(messages))


def _counter_writes(users: Counter[str], had: dict[str, int]) -> Iterator[Write]:
    by_count: defaultdict[int, list[str]] = defaultdict(list)
    for user, count in users.items():
        if user in had:
            by_count[count].append(user)
        else:
            yield added(RECIPIENTS, {"_id": user, "sequence": count})
    for count, known in by_count.items():
        yield changed(RECIPIENTS, {"_id": one_of(known)}, {"$inc": {"sequence": count}}, len(known))


def _campaign_writes(final: Sequence[Message]) -> Iterator[Write]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for message in final:
        if message.source.kind is SourceKind.CAMPAIGN:
            counts[message.source.id][message.status.lower()] += 1
    for campaign_id, counted_as in counts.items():
        yield counted(campaign_id, **counted_as)


def one_of(ids: Sequence[str]) -> object:
    """The condition that an identifier is among these."""
    return ids[0] if len(ids) == 1 else {"$in": list(ids)}
