"""Orders in MongoDB. Owns the collection `orders` and its indexes; every write stores its events with it. No rules.

A document: `_id` the order's id, `customer_id`, `fingerprint`, `status`, `total` {minor, currency}, `lines` [{sku,
name, quantity, unit_price {minor, currency}}], `history` [{status, at}], `reason` {code, message, path} or null,
`tracking_number` or null, `version`, `placed_at`, `place` (the moment and the id
as one text that sorts like both). The names are stable: the invariants are checked on them.
"""

from collections.abc import Sequence
from typing import Any

from services.infra.mongo import WHOLE, Database, Document, unavailable_when_away
from services.infra.outbox.rows import told
from services.infra.transaction import added, replaced
from services.orders.models import (
    Order,
    OrderLine,
    OrderPage,
    OrderPosition,
    OrderQuery,
    OrderStatus,
    StatusChange,
    cursor_of,
    milliseconds_of,
    position_of,
)
from services.orders.standing import Span
from services.shared.errors import Problem
from services.shared.events import Event
from services.shared.money import Money
from services.shared.pages import page_of

COLLECTION = "orders"

NEWEST_FIRST = [("place", -1)]
INDEXES = {
    "newest": NEWEST_FIRST,
    "newest_of_customer": [("customer_id", 1), *NEWEST_FIRST],
    "newest_in_status": [("status", 1), *NEWEST_FIRST],
    "newest_of_customer_in_status": [("customer_id", 1), ("status", 1), *NEWEST_FIRST],
}
"""One for each combination of filters of the list, so that a page is read in its order and no further.

They end in one field, because no planner of ours makes one range of an index from two fields and an `$or`.
"""

MONEY = {
    "bsonType": "object",
    "required": ["minor", "currency"],
    "properties": {"minor": {**WHOLE, "minimum": 0}, "currency": {"bsonType": "string"}},
}
STATUS = {"enum": [status.value for status in OrderStatus]}
VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": [
            *("_id", "customer_id", "fingerprint", "status", "total", "lines", "history"),
            *("reason", "tracking_number", "version", "placed_at", "place"),
        ],
        "properties": {
            "_id": {"bsonType": "string"},
            "customer_id": {"bsonType": "string"},
            "fingerprint": {"bsonType": "string"},
            "status": STATUS,
            "total": MONEY,
            "lines": {"bsonType": "array", "minItems": 1},
            "history": {"bsonType": "array", "minItems": 1},
            "version": {**WHOLE, "minimum": 1},
            "placed_at": {"bsonType": "date"},
            "place": {"bsonType": "string"},
        },
    }
}


class MongoOrderStore:
    """The OrderStore of a running system."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._orders = database.collection(COLLECTION)

    async def prepare(self) -> None:
        """Makes the collection, its validator and its indexes, or brings them up to date. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(COLLECTION, VALIDATOR)
            for name, keys in INDEXES.items():
                await self._database.ensure_index(COLLECTION, name, keys)

    async def insert(self, order: Order, events: Sequence[Event]) -> Order:
        """See `OrderStore.insert`."""
        if await self._database.write_all([added(COLLECTION, _document(order)), *told(events)]):
            return order
        return (await self.by_ids([order.id]))[0]

    async def replace(self, order: Order, expected_version: int, events: Sequence[Event]) -> bool:
        """See `OrderStore.replace`."""
        expected = {"_id": order.id, "version": expected_version}
        return await self._database.write_all([replaced(COLLECTION, expected, _document(order)), *told(events)])

    async def by_ids(self, ids: Sequence[str]) -> tuple[Order, ...]:
        """See `OrderStore.by_ids`."""
        if not ids:
            return ()
        with unavailable_when_away():
            found = await self._orders.find({"_id": {"$in": list(ids)}}).to_list(None)
        return tuple(_order(document) for document in found)

    async def page(self, query: OrderQuery) -> OrderPage:
        """See `OrderStore.page`."""
        with unavailable_when_away():
            cursor = self._orders.find(page_filter(query)).sort(NEWEST_FIRST).limit(query.first + 1)
            found = await cursor.to_list(None)
        return page_of([_order(document) for document in found], query, cursor_of)

    async def placed_in(self, span: Span, limit: int) -> tuple[Order, ...]:
        """See `OrderStore.placed_in`."""
        with unavailable_when_away():
            cursor = self._orders.find(span_filter(span)).sort(NEWEST_FIRST).limit(limit)
            found = await cursor.to_list(None)
        return tuple(map(_order, found))


def span_filter(span: Span) -> Document:
    """The query of a span: one range of the index of all orders."""
    since = OrderPosition(placed_at=span.since, order_id="")
    return {"place": {"$gt": _edge(since), "$lt": _edge(span.before)}}


def _edge(position: OrderPosition) -> str:
    """Between all places before the position and itself. Never the beginning of a place: an index that runs backwards
    of the embedded database has those on the wrong side.
    """
    if position.order_id:
        return _place(position)
    return f"{milliseconds_of(position.placed_at) - 1:015d}/~"


def page_filter(query: OrderQuery) -> Document:
    """The query of a page."""
    wanted: Document = {}
    if query.customer_id is not None:
        wanted["customer_id"] = query.customer_id
    if query.status is not None:
        wanted["status"] = query.status.value
    if query.after is not None:
        wanted["place"] = {"$lt": _place(position_of(query.after))}
    return wanted


def _place(position: OrderPosition) -> str:
    """A text that sorts as (moment, id) does: 15 digits hold every millisecond that a date can be."""
    return f"{milliseconds_of(position.placed_at):015d}/{position.order_id}"


def _document(order: Order) -> Document:
    return {
        "_id": order.id,
        "customer_id": order.customer_id,
        "fingerprint": order.fingerprint,
        "status": order.status.value,
        "total": _money_document(order.total),
        "lines": [_line_document(line) for line in order.lines],
        "history": [{"status": change.status.value, "at": change.at} for change in order.history],
        "reason": _reason_document(order.reason),
        "tracking_number": order.tracking_number,
        "version": order.version,
        "placed_at": order.placed_at,
        "place": _place(OrderPosition(placed_at=order.placed_at, order_id=order.id)),
    }


def _money_document(money: Money) -> Document:
    return {"minor": money.minor, "currency": money.currency}


def _line_document(line: OrderLine) -> Document:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": _money_document(line.unit_price),
    }


def _reason_document(reason: Problem | None) -> Document | None:
    if reason is None:
        return None
    path = None if reason.path is None else list(reason.path)
    return {"code": reason.code, "message": reason.message, "path": path}


def _order(document: Document) -> Order:
    return Order(
        id=document["_id"],
        customer_id=document["customer_id"],
        fingerprint=document["fingerprint"],
        lines=tuple(_line(line) for line in document["lines"]),
        total=Money(**document["total"]),
        status=OrderStatus(document["status"]),
        history=tuple(_change(change) for change in document["history"]),
        reason=_reason(document["reason"]),
        tracking_number=document["tracking_number"],
        version=document["version"],
        placed_at=document["placed_at"],
    )


def _line(document: Document) -> OrderLine:
    price = Money(**document["unit_price"])
    return OrderLine(sku=document["sku"], name=document["name"], quantity=document["quantity"], unit_price=price)


def _change(document: Document) -> StatusChange:
    return StatusChange(status=OrderStatus(document["status"]), at=document["at"])


def _reason(document: dict[str, Any] | None) -> Problem | None:
    if document is None:
        return None
    path = None if document["path"] is None else tuple(document["path"])
    return Problem(code=document["code"], message=document["message"], path=path)
