"""The audit trail in MongoDB: the collection `audit` of the users' database, its indexes and its end. Holds no rule.

A record's id sorts by the time of its making. It is kept as `place` too, in which the index of every list ends.
"""

from datetime import datetime, timedelta
from typing import Final

from services.infra.mongo import Database, Document, unavailable_when_away
from services.shared.pages import page_of
from services.users.audit.models import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_ARGUMENTS,
    MOST_CODES,
    AuditArgument,
    AuditOutcome,
    AuditPage,
    AuditQuery,
    AuditRecord,
    Conclusion,
    cursor_of,
    record_before,
)

COLLECTION: Final = "audit"
KEPT_FOR: Final = timedelta(days=400)
"""From its beginning; then MongoDB removes a record."""

NEWEST_FIRST: Final = [("place", -1)]
INDEXES: Final = {
    "newest": NEWEST_FIRST,
    "of_actor": [("actor_id", 1), *NEWEST_FIRST],
    "of_action": [("action", 1), *NEWEST_FIRST],
    "of_actor_and_action": [("actor_id", 1), ("action", 1), *NEWEST_FIRST],
}
"""One for each combination of filters."""

BEYOND: Final = "~"
"""Sorts after every id, which are letters, digits and hyphens."""

NAME: Document = {"bsonType": "string", "maxLength": LONGEST_NAME}
VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": [
            *("_id", "place", "actor_id", "action", "arguments", "address", "request_id"),
            *("outcome", "codes", "started_at", "finished_at"),
        ],
        "properties": {
            "place": {"bsonType": "string"},
            "actor_id": NAME,
            "action": NAME,
            "address": NAME,
            "request_id": NAME,
            "arguments": {
                "bsonType": "array",
                "maxItems": MOST_ARGUMENTS,
                "items": {
                    "bsonType": "object",
                    "required": ["name", "value"],
                    "properties": {"name": NAME, "value": {"bsonType": "string", "maxLength": LONGEST_VALUE}},
                },
            },
            "outcome": {"enum": [outcome.value for outcome in AuditOutcome]},
            "codes": {"bsonType": "array", "maxItems": MOST_CODES, "items": NAME},
            "started_at": {"bsonType": "date"},
            "finished_at": {"bsonType": ["date", "null"]},
        },
    }
}


class MongoAuditStore:
    """Offers `ports.AuditStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._records = database.collection(COLLECTION)

    async def prepare(self) -> None:
        """Makes the collection, its validator and its indexes, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(COLLECTION, VALIDATOR)
            for name, keys in INDEXES.items():
                await self._database.ensure_index(COLLECTION, name, keys)
            await self._database.ensure_index(
                COLLECTION, "gone", [("started_at", 1)], expireAfterSeconds=int(KEPT_FOR.total_seconds())
            )

    async def insert(self, record: AuditRecord) -> None:
        await self._database.insert_new(self._records, _document(record))

    async def conclude(self, conclusion: Conclusion, at: datetime) -> bool:
        end = {"outcome": conclusion.outcome.value, "codes": list(conclusion.codes), "finished_at": at}
        started = {"_id": conclusion.record_id, "outcome": AuditOutcome.STARTED.value}
        with unavailable_when_away():
            result = await self._records.update_one(started, {"$set": end})
        return result.modified_count == 1

    async def page(self, query: AuditQuery) -> AuditPage:
        with unavailable_when_away():
            cursor = self._records.find(page_filter(query)).sort(NEWEST_FIRST).limit(query.first + 1)
            found = await cursor.to_list(None)
        return page_of([_record(document) for document in found], query, cursor_of)


def page_filter(query: AuditQuery) -> Document:
    """The query of a page. It always names a range of places, for a planner that takes no index for a sort alone."""
    wanted: Document = {"place": {"$lt": record_before(query) or BEYOND}}
    if query.actor_id is not None:
        wanted["actor_id"] = query.actor_id
    if query.action is not None:
        wanted["action"] = query.action
    return wanted


def _document(record: AuditRecord) -> Document:
    return {
        "_id": record.id,
        "place": record.id,
        "actor_id": record.actor_id,
        "action": record.action,
        "arguments": [{"name": argument.name, "value": argument.value} for argument in record.arguments],
        "address": record.address,
        "request_id": record.request_id,
        "outcome": record.outcome.value,
        "codes": list(record.codes),
        "started_at": record.started_at,
        "finished_at": record.finished_at,
    }


def _record(document: Document) -> AuditRecord:
    return AuditRecord(
        id=document["_id"],
        actor_id=document["actor_id"],
        action=document["action"],
        arguments=tuple(AuditArgument(**argument) for argument in document["arguments"]),
        address=document["address"],
        request_id=document["request_id"],
        outcome=AuditOutcome(document["outcome"]),
        codes=tuple(document["codes"]),
        started_at=document["started_at"],
        finished_at=document["finished_at"],
    )
