"""The outbox: a service's events, stored in the transaction of the change they tell of. Publishes nothing itself.

A document is one event. `_id` is the event's id, which sorts by the time of its making. It is in one of three states:
waiting (`sent` false), sent (`sent` true, `sent_at`), parked (`sent` false, `parked` with the reason).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from services.infra.mongo import Database, Document, Session, unavailable_when_away
from services.infra.outbox.backlog import Spans
from services.infra.outbox.events import Row, document_of, row_of
from services.infra.transaction import Write, added
from services.shared.events import Event

COLLECTION: Final = "outbox"
MARKED_AT_ONCE: Final = 50
"""Ids that one command names: a server may compare each document with all of them."""

KEPT: Final = timedelta(days=14)
"""How long sent events stay: longer than any consumer may lag behind, which is what its topic and its inbox keep."""

UNSENT: Final[Document] = {"sent": False}
WAITING: Final[Document] = {**UNSENT, "parked": None}
PARKED: Final[Document] = {**UNSENT, "parked": {"$exists": True}}
"""Both are read by the index of what is unsent: one of their own for the few that are parked would cost every event."""

BY: Final = "unsent"
"""The index, named to the server: the embedded one would read the whole collection for a query of two fields."""


class Outbox:
    """One service's outbox, read by its relay. `told` writes to it in the transactions of its database."""

    def __init__(self, database: Database, kept: timedelta = KEPT) -> None:
        self._collection = database.collection(COLLECTION)
        self._database = database
        self._kept = kept

    async def prepare(self) -> None:
        """Makes the collection, and its indexes: each holds only what it is for."""
        await self._database.ensure_collection(COLLECTION)
        await self._database.ensure_index(COLLECTION, BY, [("sent", 1), ("_id", 1)], partialFilterExpression=UNSENT)
        # Nothing else has `sent_at`, so nothing that is not sent is ever removed.
        await self._database.ensure_index(
            COLLECTION, "gone", [("sent_at", 1)], expireAfterSeconds=int(self._kept.total_seconds())
        )

    async def is_prepared(self) -> bool:
        """Whether `prepare` has run: not every service tells of its changes. Raises Unavailable."""
        with unavailable_when_away():
            return BY in await self._collection.index_information()

    @asynccontextmanager
    async def waiting(self, at_once: int, spans: Spans | None = None) -> AsyncIterator[AsyncIterator[Sequence[Row]]]:
        """All that waits at one moment, the oldest first, in batches; read in these spans of time, or in one go.

        One moment: an aggregate's later event is never seen without its earlier ones.

        Raises:
            Unavailable: the database did not answer, or keeps that moment no longer.
        """
        async with (
            self._database.one_moment() as session,
            aclosing(self._batches(session, at_once, spans or Spans())) as batches,
        ):
            yield batches

    async def _batches(self, session: Session, at_once: int, spans: Spans) -> AsyncGenerator[Sequence[Row]]:
        for wanted in spans:
            # No hint and no further field: the embedded server reads all that is unsent for a query with either.
            cursor = self._collection.find({**UNSENT, **wanted}, sort=[("_id", 1)], session=session, batch_size=at_once)
            try:
                while documents := await cursor.to_list(at_once):
                    spans.held(len(documents))
                    yield [row_of(document) for document in documents if "parked" not in document]
            finally:
                await cursor.close()

    async def count_waiting(self) -> int:
        """How many wait. Raises Unavailable."""
        with unavailable_when_away():
            return int(await self._collection.count_documents(WAITING, hint=BY))

    async def oldest_waiting(self) -> datetime | None:
        """When the event that waits longest was told; None when none waits. Raises Unavailable."""
        with unavailable_when_away():
            found = await self._collection.find_one(WAITING, {"time": 1}, sort=[("_id", 1)], hint=BY)
        return found["time"] if found else None

    async def mark_sent(self, ids: Sequence[str], at: datetime) -> None:
        """Remembers that they are published: no later look finds them waiting.

        Raises:
            Unavailable: the database did not answer.
        """
        change = {"$set": {"sent": True, "sent_at": at}}
        with unavailable_when_away():
            for start in range(0, len(ids), MARKED_AT_ONCE):
                await self._collection.update_many({"_id": {"$in": ids[start : start + MARKED_AT_ONCE]}}, change)

    async def park(self, event_id: str, reason: str, at: datetime) -> None:
        """Puts an event aside that can never be sent, until somebody releases it. Raises Unavailable."""
        change = {"$set": {"parked": {"reason": reason, "at": at}}}
        with unavailable_when_away():
            await self._collection.update_one({"_id": event_id}, change)

    async def parked(self) -> Mapping[str, str]:
        """What was put aside, by id, each with the reason. Raises Unavailable."""
        with unavailable_when_away():
            found = await self._collection.find(PARKED, {"parked": 1}, sort=[("_id", 1)], hint=BY).to_list(None)
        return {document["_id"]: document["parked"]["reason"] for document in found}

    async def count_parked(self) -> int:
        """How many are put aside. Raises Unavailable."""
        with unavailable_when_away():
            return int(await self._collection.count_documents(PARKED, hint=BY))

    async def release(self, event_id: str | None = None) -> int:
        """Has the relay try this one again, or all that were put aside; answers how many. Raises Unavailable."""
        wanted = PARKED if event_id is None else {**PARKED, "_id": event_id}
        with unavailable_when_away():
            result = await self._collection.update_many(wanted, {"$unset": {"parked": ""}})
        return int(result.modified_count)

    async def arrivals(self) -> AsyncIterator[str]:
        """The ids of further events as they are committed, whoever does it. It misses what comes before it listens.

        Raises:
            Unavailable: the database did not answer, or has no such thing.
        """
        wanted: list[Document] = [{"$match": {"operationType": "insert"}}, {"$project": {"documentKey": 1}}]
        with unavailable_when_away():
            async with self._collection.watch(wanted) as changes:
                async for change in changes:
                    yield str(change["documentKey"]["_id"])


def told(events: Sequence[Event]) -> list[Write]:
    """The events as writes, to be made together with the change that they tell of."""
    return [added(COLLECTION, document_of(event), is_new=True) for event in events]


def told_in(writes: Sequence[Write]) -> list[Row]:
    """The events among the writes of a transaction that has taken effect."""
    return [row_of(write.arguments[0]) for write in writes if write.collection == COLLECTION]
