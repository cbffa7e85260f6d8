"""The outbox: a service's events, stored in the transaction of the change they tell of. Publishes nothing itself.

A document is one event: `_id` the event's id, which sorts by the time of its making, `sent` true once published.
"""

from collections.abc import Sequence

from services.infra.mongo import Database, Document, Session, unavailable_when_away
from services.infra.transaction import UNCONFIRMED, Transaction, Write, added
from services.shared.events import Event, Origin

COLLECTION = "outbox"


class Outbox:
    """One service's outbox. Appended to inside the transactions of its database, read by its relay."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection(COLLECTION)
        self._database = database

    async def prepare(self) -> None:
        """Makes the collection, and the index that the relay reads by; what was sent is not in it."""
        await self._database.ensure_collection(COLLECTION)
        await self._database.ensure_index(
            COLLECTION, "unsent", [("sent", 1), ("_id", 1)], partialFilterExpression={"sent": False}
        )

    async def append(self, session: Session, events: Sequence[Event]) -> None:
        """Stores the events as part of the session's transaction."""
        if events:
            await self._collection.insert_many([_document(event) for event in events], session=session)

    async def unsent(self, limit: int) -> tuple[Event, ...]:
        """The oldest unsent events, those of one aggregate in the order of their sequence.

        Read at one moment: an aggregate's later event is never seen without its earlier ones.

        Raises:
            Unavailable: the database did not answer.
        """

        def read(transaction: Transaction) -> list[Document]:
            return transaction.found(COLLECTION, {"sent": False}, [("_id", 1)], limit)

        documents = await self._database.read_at_one_moment(read)
        return tuple(sorted((_event(document) for document in documents), key=lambda event: event.sequence))

    async def mark_sent(self, events: Sequence[Event]) -> None:
        """Remembers that they are published; a mark that is lost means that they are published again.

        Raises:
            Unavailable: the database did not answer.
        """
        unconfirmed = self._collection.with_options(write_concern=UNCONFIRMED)
        with unavailable_when_away():
            await unconfirmed.update_many({"_id": {"$in": [event.id for event in events]}}, {"$set": {"sent": True}})


def told(events: Sequence[Event]) -> list[Write]:
    """The events as writes, to be made together with the change that they tell of."""
    return [added(COLLECTION, _document(event), is_new=True) for event in events]


def _document(event: Event) -> Document:
    return {
        "_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "sequence": event.sequence,
        "time": event.time,
        "data": dict(event.data),
        "correlation_id": event.origin.correlation_id,
        "causation_id": event.origin.causation_id,
        "traceparent": event.origin.traceparent,
        "sent": False,
    }


def _event(document: Document) -> Event:
    origin = Origin(
        correlation_id=document["correlation_id"],
        causation_id=document["causation_id"],
        traceparent=document["traceparent"],
    )
    return Event(
        id=document["_id"],
        type=document["type"],
        subject=document["subject"],
        sequence=document["sequence"],
        time=document["time"],
        data=document["data"],
        origin=origin,
    )
