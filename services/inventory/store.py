"""Stock in MongoDB: reads a scope, writes what was decided, in one transaction of few commands. Decides nothing.

Collections, relied on by whoever audits the database (all numbers whole, all moments UTC):
- `stock`: `_id` SKU, `on_hand`, `reserved`, `available`, `version` (from 1), `updated_at`
- `reservations`: `_id` order id, `lines` [{`sku`, `quantity`}], `state` (a ReservationState), `deadline`, `updated_at`,
  `problems` [{`code`, `message`, `path`}] of a REFUSED one
- `adjustments`: `_id` adjustment id, `sku`, `delta`, `reason`, `at`; the opening delivery is one of them
- `outbox`: the events (`services.infra.outbox`)
Per SKU: sum of `delta` = `on_hand` + quantities of COMMITTED reservations; `reserved` = quantities of HELD ones.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pymongo import UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.results import BulkWriteResult

from services.infra.mongo import TRANSIENT, Collection, Database, Document, Session, unavailable_when_away
from services.infra.outbox import Outbox
from services.inventory.documents import (
    ADJUSTMENT_VALIDATOR,
    RESERVATION_VALIDATOR,
    STOCK_VALIDATOR,
    adjustment_document,
    adjustment_from,
    reservation_document,
    reservation_from,
    stock_fields,
    stock_from,
)
from services.inventory.models import ReservationState, StockItem
from services.inventory.records import (
    Adjustment,
    Books,
    Changes,
    ReservationChange,
    Scope,
    StockAudit,
    StockChange,
)

Result = TypeVar("Result")

DUPLICATE_KEY = 11000
COUNTED = (ReservationState.HELD, ReservationState.COMMITTED)


class MongoStockStore:
    """Implements StockStore."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._stock = database.collection("stock")
        self._reservations = database.collection("reservations")
        self._adjustments = database.collection("adjustments")

    async def prepare(self) -> None:
        """Makes the collections, their validators and indexes, the outbox's too. Idempotent."""
        await self._database.ensure_collection("stock", STOCK_VALIDATOR)
        await self._database.ensure_collection("reservations", RESERVATION_VALIDATOR)
        await self._database.ensure_collection("adjustments", ADJUSTMENT_VALIDATOR)
        await self._reservations.create_index(
            "deadline", name="overdue", partialFilterExpression={"state": ReservationState.HELD.value}
        )
        await self._outbox.prepare()

    async def change(self, scope: Scope, decide: Callable[[Books], tuple[Changes, Result]]) -> Result:
        async def work(session: Session) -> Result:
            changes, result = decide(await self._books(scope, session))
            try:
                await self._write(changes, session)
            except BulkWriteError as failure:
                raise _as_conflict(failure) from failure
            return result

        return await self._database.transact(work)

    async def items(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        with unavailable_when_away():
            return tuple(stock_from(document) for document in await _found(self._stock, skus))

    async def overdue(self, now: datetime, limit: int) -> tuple[str, ...]:
        query = {"state": ReservationState.HELD.value, "deadline": {"$lte": now}}
        with unavailable_when_away():
            found = self._reservations.find(query, {"_id": 1}).sort("deadline", 1).limit(limit)
            return tuple([document["_id"] async for document in found])

    async def audit(self) -> tuple[StockAudit, ...]:
        return await self._database.read_at_one_moment(self._audit)

    async def _audit(self, session: Session) -> tuple[StockAudit, ...]:
        delivered = {
            row["_id"]: row["delivered"]
            async for row in self._adjustments.aggregate(
                [{"$group": {"_id": "$sku", "delivered": {"$sum": "$delta"}}}], session=session
            )
        }
        reserved: defaultdict[tuple[str, str], int] = defaultdict(int)
        counted = {"state": {"$in": [state.value for state in COUNTED]}}
        async for document in self._reservations.find(counted, {"lines": 1, "state": 1}, session=session):
            for line in document["lines"]:
                reserved[line["sku"], document["state"]] += line["quantity"]
        items = [stock_from(document) async for document in self._stock.find(session=session).sort("_id", 1)]
        return tuple(
            StockAudit(
                sku=item.sku,
                delivered=delivered.get(item.sku, 0),
                on_hand=item.on_hand,
                reserved=item.reserved,
                available=item.available,
                held=reserved[item.sku, ReservationState.HELD.value],
                committed=reserved[item.sku, ReservationState.COMMITTED.value],
            )
            for item in items
        )

    async def _books(self, scope: Scope, session: Session) -> Books:
        reservations = {
            document["_id"]: reservation_from(document)
            for document in await _found(self._reservations, scope.order_ids, session)
        }
        lines = (line for record in reservations.values() for line in record.reservation.lines)
        skus = scope.skus.union(line.sku for line in lines)
        stock = await _found(self._stock, skus, session)
        adjustments = await _found(self._adjustments, scope.adjustment_ids, session)
        return Books(
            stock={document["_id"]: stock_from(document) for document in stock},
            reservations=reservations,
            adjustments={document["_id"]: adjustment_from(document) for document in adjustments},
        )

    async def _write(self, changes: Changes, session: Session) -> None:
        """Every write says what it found before: one that finds something else undoes the whole change."""
        await self._write_stock(changes.stock, session)
        await self._write_reservations(changes.reservations, changes.at, session)
        await self._write_adjustments(changes.adjustments, session)
        await self._outbox.append(session, changes.events)

    async def _write_stock(self, changes: Sequence[StockChange], session: Session) -> None:
        new = [{"_id": change.item.sku, **stock_fields(change.item)} for change in changes if not change.was]
        if new:
            await self._stock.insert_many(new, session=session)
        updates = [
            UpdateOne({"_id": change.item.sku, "version": change.was}, {"$set": stock_fields(change.item)})
            for change in changes
            if change.was
        ]
        if updates:
            _expect(len(updates), await self._stock.bulk_write(updates, session=session))

    async def _write_reservations(self, changes: Sequence[ReservationChange], at: datetime, session: Session) -> None:
        """New ones are inserted; known ones only change their state, all of one kind in one statement."""
        new: list[Document] = []
        moved: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for change in changes:
            document = reservation_document(change.record)
            if change.was is None:
                new.append({**document, "updated_at": at})
            else:
                moved[change.was.value, document["state"]].append(document["_id"])
        if new:
            await self._reservations.insert_many(new, session=session)
        updates = [
            UpdateMany({"_id": {"$in": ids}, "state": was}, {"$set": {"state": state, "updated_at": at}})
            for (was, state), ids in sorted(moved.items())
        ]
        if updates:
            result = await self._reservations.bulk_write(updates, session=session)
            _expect(sum(len(ids) for ids in moved.values()), result)

    async def _write_adjustments(self, adjustments: Sequence[Adjustment], session: Session) -> None:
        if adjustments:
            documents = [adjustment_document(adjustment) for adjustment in adjustments]
            await self._adjustments.insert_many(documents, session=session)


async def _found(
    collection: "Collection[Document]", ids: Sequence[str] | frozenset[str], session: Session | None = None
) -> list[dict[str, Any]]:
    if not ids:
        return []
    return await collection.find({"_id": {"$in": sorted(ids)}}, session=session).to_list(None)


def _expect(count: int, result: BulkWriteResult) -> None:
    if result.matched_count != count:
        raise PyMongoError("another writer came between", error_labels=[TRANSIENT])


def _as_conflict(failure: BulkWriteError) -> PyMongoError:
    """A document that did not exist when it was read was made by another writer: read again, like any conflict."""
    errors = failure.details.get("writeErrors", [])
    if any(error.get("code") == DUPLICATE_KEY for error in errors):
        return PyMongoError("another writer made it first", error_labels=[TRANSIENT])
    return failure
