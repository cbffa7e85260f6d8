"""Stock in MongoDB: reads a scope, writes what was decided, in one transaction of few commands. Decides nothing.

Collections, relied on by whoever audits the database (all numbers whole, all moments UTC):
- `stock`: `_id` SKU, `on_hand`, `reserved`, `available`, `version` (from 1), `updated_at`
- `reservations`: `_id` order id, `lines` [{`sku`, `quantity`}], `state` (a ReservationState), `deadline`, `updated_at`,
  `problems` [{`code`, `message`, `path`}] of a REFUSED one
- `adjustments`: `_id` adjustment id, `sku`, `delta`, `reason`, `at`, `actor_id`, `on_hand` and `version` of the stock
  after it; the opening delivery is one of them, its `actor_id` null
- `outbox`: the events (`services.infra.outbox`)
Per SKU: sum of `delta` = `on_hand` + quantities of COMMITTED reservations; `reserved` = quantities of HELD ones.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pymongo.errors import PyMongoError

from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.outbox.rows import Outbox, told
from services.infra.transaction import TRANSIENT, Overtaken, Transaction, Write, added, changed
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
from services.inventory.models import Adjustment, ReservationState, StockItem
from services.inventory.records import (
    Books,
    Changes,
    ReservationChange,
    Scope,
    StockAudit,
    StockChange,
    StockFaults,
)

Result = TypeVar("Result")

HELD_NOW: Document = {"state": ReservationState.HELD.value, "deadline": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}
"""All that is held. The deadline is named so that the index `overdue` serves: without it, all orders would be read."""

SUSPECT: Document = {
    "$or": [
        {"reserved": {"$ne": 0}},
        {"available": {"$lt": 0}},
        {"$expr": {"$ne": ["$on_hand", {"$add": ["$available", "$reserved"]}]}},
    ]
}
"""Stock of which something is held, or whose numbers do not add up by themselves; the rest is right."""

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
        await self._adjustments.create_index([("sku", 1), ("version", -1)], name="ledger")
        await self._outbox.prepare()

    async def change(self, scope: Scope, decide: Callable[[Books], tuple[Changes, Result]]) -> Result:
        def work(transaction: Transaction) -> Result:
            changes, result = decide(_books(scope, transaction))
            try:
                transaction.write(_writes(changes))
            except Overtaken as overtaken:
                raise PyMongoError("another writer came between", error_labels=[TRANSIENT]) from overtaken
            return result

        return await self._database.transact_at_once(work)

    async def items(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        wanted = {"_id": {"$in": list(skus)}}
        return await self._database.read(lambda reads: tuple(map(stock_from, reads.found("stock", wanted))))

    async def ledger(self, sku: str, before: int | None, limit: int) -> tuple[Adjustment, ...]:
        beyond: Document = {} if before is None else {"version": {"$lt": before}}
        with unavailable_when_away():
            found = self._adjustments.find({"sku": sku, **beyond}).sort("version", -1).limit(limit)
            return tuple([adjustment_from(document) async for document in found])

    async def overdue(self, now: datetime, limit: int) -> tuple[str, ...]:
        query = {"state": ReservationState.HELD.value, "deadline": {"$lte": now}}
        with unavailable_when_away():
            found = self._reservations.find(query, {"_id": 1}).sort("deadline", 1).limit(limit)
            return tuple([document["_id"] async for document in found])

    async def faults(self) -> StockFaults:
        return await self._database.read_at_one_moment(lambda reads: _faults(reads, reads.found("stock", SUSPECT)))

    async def faults_of_held(self) -> StockFaults:
        return await self._database.read_at_one_moment(lambda reads: _faults(reads, ()))

    async def audit(self) -> tuple[StockAudit, ...]:
        return await self._database.read_at_one_moment(_audited)


def _faults(transaction: Transaction, suspects: Sequence[Document]) -> StockFaults:
    held: Counter[str] = Counter()
    for document in transaction.found("reservations", HELD_NOW, kept={"lines": 1}):
        for line in document["lines"]:
            held[line["sku"]] += line["quantity"]
    found = {document["_id"]: document for document in suspects}
    if unseen := held.keys() - found.keys():
        found |= {document["_id"]: document for document in _found(transaction, "stock", frozenset(unseen))}
    return StockFaults.among(map(stock_from, found.values()), held)


def _audited(transaction: Transaction) -> tuple[StockAudit, ...]:
    by_sku = {"$group": {"_id": "$sku", "delivered": {"$sum": "$delta"}}}
    delivered = {row["_id"]: row["delivered"] for row in transaction.aggregated("adjustments", [by_sku])}
    reserved: defaultdict[tuple[str, str], int] = defaultdict(int)
    for document in transaction.found("reservations", {"state": {"$in": [state.value for state in COUNTED]}}):
        for line in document["lines"]:
            reserved[line["sku"], document["state"]] += line["quantity"]
    items = [stock_from(document) for document in transaction.found("stock", {}, [("_id", 1)])]
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


def _books(scope: Scope, transaction: Transaction) -> Books:
    reservations = {
        document["_id"]: reservation_from(document) for document in _found(transaction, "reservations", scope.order_ids)
    }
    lines = (line for record in reservations.values() for line in record.reservation.lines)
    skus = scope.skus.union(line.sku for line in lines)
    return Books(
        stock={document["_id"]: stock_from(document) for document in _found(transaction, "stock", skus)},
        reservations=reservations,
        adjustments={
            document["_id"]: adjustment_from(document)
            for document in _found(transaction, "adjustments", scope.adjustment_ids)
        },
    )


def _found(transaction: Transaction, collection: str, ids: frozenset[str]) -> list[Document]:
    return transaction.found(collection, {"_id": {"$in": sorted(ids)}}) if ids else []


def _writes(changes: Changes) -> list[Write]:
    """Every write says what it found before: one that finds something else undoes the whole change."""
    return [
        *map(_stock_write, changes.stock),
        *_reservation_writes(changes.reservations, changes.at),
        *(added("adjustments", adjustment_document(adjustment)) for adjustment in changes.adjustments),
        *told(changes.events),
    ]


def _stock_write(change: StockChange) -> Write:
    if not change.was:
        return added("stock", {"_id": change.item.sku, **stock_fields(change.item)})
    return changed("stock", {"_id": change.item.sku, "version": change.was}, {"$set": stock_fields(change.item)})


def _reservation_writes(changes: Sequence[ReservationChange], at: datetime) -> Iterator[Write]:
    """New ones are added; known ones only change their state, all of one kind in one write."""
    moved: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for change in changes:
        document = reservation_document(change.record)
        if change.was is None:
            yield added("reservations", {**document, "updated_at": at})
        else:
            moved[change.was.value, document["state"]].append(document["_id"])
    for (was, state), ids in sorted(moved.items()):
        wanted = {"_id": {"$in": ids} if len(ids) > 1 else ids[0], "state": was}
        yield changed("reservations", wanted, {"$set": {"state": state, "updated_at": at}}, len(ids))
