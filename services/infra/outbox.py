"""The outbox: a service's events, stored in the transaction of the change they tell of. Publishes nothing itself.

A document is one event: `_id` the event's id, `at` its place in the service's order of storing, `sent` once published.
"""

import asyncio
from collections.abc import Sequence

from services.infra.mongo import Database, Document, Session
from services.shared.events import Event

COLLECTION = "outbox"


class Outbox:
    """One service's outbox. `stored` is set after every append, to wake the relay of the same process."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection(COLLECTION)
        self._database = database
        self.stored = asyncio.Event()

    async def prepare(self) -> None:
        """Makes the collection and the index that the relay reads by."""
        await self._database.ensure_collection(COLLECTION)
        await self._collection.create_index([("sent", 1), ("_id", 1)], name="unsent")

    async def append(self, session: Session, events: Sequence[Event]) -> None:
        """Stores the events as part of the session's transaction."""
        if events:
            await self._collection.insert_many([_document(event) for event in events], session=session)
            self.stored.set()


def _document(event: Event) -> Document:
    return {
        "_id": event.id,
        "type": event.type,
        "topic": event.topic,
        "subject": event.subject,
        "sequence": event.sequence,
        "time": event.time,
        "data": dict(event.data),
        "correlation_id": event.origin.correlation_id,
        "causation_id": event.origin.causation_id,
        "traceparent": event.origin.traceparent,
        "sent": False,
    }
