"""Dead letters in MongoDB: the collection `letters`, its indexes and its end. Holds no rule.

A letter's content stands in its document, and is read only where it is asked for. What is settled is removed
`KEPT_FOR` after it was: later than its record leaves Kafka, so that none can come back as a new one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.deadletters.documents import (
    COLLECTION,
    CONTENT,
    INDEXES,
    VALIDATOR,
    changing_fields,
    filter_of,
    letter_document,
    letter_from,
    stored_from,
)
from services.deadletters.models import (
    OPEN,
    Backlog,
    DeadLetter,
    LetterFilter,
    LetterGroup,
    LetterStatus,
    Selection,
    StoredLetter,
)
from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.transaction import changed
from services.shared.replays import Disposition

KEPT_FOR: Final = timedelta(days=90)
BEYOND: Final = "~"
"""Sorts after every place, which are letters, digits and hyphens."""

WITHOUT_CONTENT: Final[Document] = dict.fromkeys(CONTENT, 0)
WAITING: Final = sorted(status.value for status in OPEN)
SUMMED: Final[Document] = {"count": {"$sum": 1}, "oldest": {"$min": "$first_failed_at"}}
MESSAGE: Final[Document] = {"$max": "$error_message"}


class MongoDeadLetterStore:
    """Implements DeadLetterStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._letters = database.collection(COLLECTION)

    async def prepare(self) -> None:
        """Makes the collection, its validator and its indexes, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(COLLECTION, VALIDATOR)
            for name, keys in INDEXES.items():
                await self._database.ensure_index(COLLECTION, name, keys)
            await self._database.ensure_index(
                COLLECTION, "gone", [("handled_at", 1)], expireAfterSeconds=int(KEPT_FOR.total_seconds())
            )

    async def insert(self, letters: Sequence[StoredLetter]) -> int:
        return await self._database.insert_missing(self._letters, [letter_document(stored) for stored in letters])

    async def page(self, wanted: LetterFilter, before: str | None, limit: int) -> tuple[DeadLetter, ...]:
        query = filter_of(wanted) | ({} if before is None else {"place": {"$lt": before}})
        return await self._listed(query, -1, limit)

    async def count(self, wanted: LetterFilter) -> int:
        with unavailable_when_away():
            return await self._letters.count_documents(filter_of(wanted))

    async def groups(self, wanted: LetterFilter, limit: int) -> tuple[LetterGroup, ...]:
        alike = {name: f"${name}" for name in ("consumer", "event_type", "error_type", "fingerprint")}
        pipeline: list[Document] = [
            {"$match": filter_of(wanted)},
            {"$group": {"_id": alike, **SUMMED, "newest": {"$max": "$last_failed_at"}, "message": MESSAGE}},
            {"$sort": {"count": -1, "_id.consumer": 1, "_id.fingerprint": 1}},
            {"$limit": limit},
        ]
        with unavailable_when_away():
            return tuple([_group(row) async for row in self._letters.aggregate(pipeline)])

    async def by_ids(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        return await self._listed({"_id": {"$in": list(ids)}}, 0, 0)

    async def with_records(self, ids: Sequence[str]) -> tuple[StoredLetter, ...]:
        with unavailable_when_away():
            found = self._letters.find({"_id": {"$in": list(ids)}})
            return tuple([stored_from(document) async for document in found])

    async def newest_place(self) -> str:
        # A range, for a planner that takes no index for a sort alone.
        with unavailable_when_away():
            found = (
                await self._letters.find({"place": {"$lt": BEYOND}}, {"place": 1}).sort("place", -1).limit(1).to_list(1)
            )
        return str(found[0]["place"]) if found else ""

    async def open_between(self, selection: Selection, after: str, until: str, limit: int) -> tuple[DeadLetter, ...]:
        query: Document = {"status": {"$in": WAITING}}
        if selection.wanted is not None:
            query = filter_of(selection.wanted)
        if selection.ids is not None:
            query["_id"] = {"$in": list(selection.ids)}
        between = {"$lte": until} | ({"$gt": after} if after else {})
        return await self._listed(query | {"place": between}, 1, limit)

    async def replace_all(self, letters: Sequence[DeadLetter]) -> bool:
        return await self._database.write_all(
            [
                changed(
                    COLLECTION,
                    {"_id": letter.id, "revision": letter.revision - 1},
                    {"$set": changing_fields(letter)},
                )
                for letter in letters
            ]
        )

    async def backlog(self) -> tuple[Backlog, ...]:
        kinds = {name: f"${name}" for name in ("consumer", "status", "disposition")}
        pipeline: list[Document] = [{"$match": {"status": {"$in": WAITING}}}, {"$group": {"_id": kinds, **SUMMED}}]
        with unavailable_when_away():
            return tuple([_backlog(row) async for row in self._letters.aggregate(pipeline)])

    async def _listed(self, query: Document, direction: int, limit: int) -> tuple[DeadLetter, ...]:
        with unavailable_when_away():
            found = self._letters.find(query, WITHOUT_CONTENT).limit(limit)
            found = found.sort("place", direction) if direction else found
            return tuple([letter_from(document) async for document in found])


def _group(row: Document) -> LetterGroup:
    alike = row["_id"]
    return LetterGroup(
        consumer=alike["consumer"],
        event_type=alike.get("event_type"),
        error_type=alike["error_type"],
        fingerprint=alike["fingerprint"],
        error_message=row["message"],
        count=row["count"],
        oldest=row["oldest"],
        newest=row["newest"],
    )


def _backlog(row: Document) -> Backlog:
    kind = row["_id"]
    disposition = kind.get("disposition")
    return Backlog(
        consumer=kind["consumer"],
        status=LetterStatus(kind["status"]),
        disposition=Disposition(disposition) if disposition else None,
        count=row["count"],
        oldest=row["oldest"],
    )
