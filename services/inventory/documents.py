"""How inventory's values look as MongoDB documents, what the server itself checks of them, and the way back.

The names of collections and fields are relied on by whoever audits the database: see `store`.
"""

from services.infra.mongo import WHOLE, Document
from services.inventory.models import Adjustment, Reservation, ReservationState, ReservedLine, StockItem
from services.inventory.records import ReservationRecord
from services.shared.errors import Problem

STOCK_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["on_hand", "reserved", "available", "version", "updated_at"],
        "properties": {
            "_id": {"bsonType": "string"},
            "on_hand": {**WHOLE, "minimum": 0},
            "reserved": {**WHOLE, "minimum": 0},
            "available": {**WHOLE, "minimum": 0},
            "version": {**WHOLE, "minimum": 1},
            "updated_at": {"bsonType": "date"},
        },
    },
    "$expr": {"$eq": ["$on_hand", {"$add": ["$available", "$reserved"]}]},
}
"""Stock never lies, whoever writes it."""

RESERVATION_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["lines", "state", "deadline", "updated_at"],
        "properties": {
            "_id": {"bsonType": "string"},
            "lines": {
                "bsonType": "array",
                "items": {
                    "bsonType": "object",
                    "required": ["sku", "quantity"],
                    "properties": {
                        "sku": {"bsonType": "string"},
                        "quantity": {**WHOLE, "minimum": 1},
                    },
                },
            },
            "state": {"enum": [state.value for state in ReservationState]},
            "deadline": {"bsonType": "date"},
            "updated_at": {"bsonType": "date"},
        },
    }
}

ADJUSTMENT_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["sku", "delta", "reason", "at", "actor_id", "on_hand", "version"],
        "properties": {
            "_id": {"bsonType": "string"},
            "sku": {"bsonType": "string"},
            "delta": WHOLE,
            "reason": {"bsonType": "string"},
            "at": {"bsonType": "date"},
            "actor_id": {"bsonType": ["string", "null"]},
            "on_hand": {**WHOLE, "minimum": 0},
            "version": {**WHOLE, "minimum": 1},
        },
    }
}


def stock_fields(item: StockItem) -> Document:
    """The document without its id."""
    return {
        "on_hand": item.on_hand,
        "reserved": item.reserved,
        "available": item.available,
        "version": item.version,
        "updated_at": item.updated_at,
    }


def stock_from(document: Document) -> StockItem:
    return StockItem(
        sku=document["_id"],
        on_hand=document["on_hand"],
        reserved=document["reserved"],
        available=document["available"],
        version=document["version"],
        updated_at=document["updated_at"],
    )


def reservation_document(record: ReservationRecord) -> Document:
    reservation = record.reservation
    return {
        "_id": reservation.order_id,
        "lines": [{"sku": line.sku, "quantity": line.quantity} for line in reservation.lines],
        "state": reservation.state.value,
        "deadline": reservation.deadline,
        "problems": [
            {"code": problem.code, "message": problem.message, "path": list(problem.path or ())}
            for problem in record.problems
        ],
    }


def reservation_from(document: Document) -> ReservationRecord:
    return ReservationRecord(
        reservation=Reservation(
            order_id=document["_id"],
            lines=tuple(ReservedLine(sku=line["sku"], quantity=line["quantity"]) for line in document["lines"]),
            state=ReservationState(document["state"]),
            deadline=document["deadline"],
        ),
        problems=tuple(
            Problem(code=problem["code"], message=problem["message"], path=tuple(problem["path"]))
            for problem in document["problems"]
        ),
    )


def adjustment_document(adjustment: Adjustment) -> Document:
    return {
        "_id": adjustment.id,
        "sku": adjustment.sku,
        "delta": adjustment.delta,
        "reason": adjustment.reason,
        "at": adjustment.at,
        "actor_id": adjustment.actor_id,
        "on_hand": adjustment.on_hand,
        "version": adjustment.version,
    }


def adjustment_from(document: Document) -> Adjustment:
    return Adjustment(
        id=document["_id"],
        sku=document["sku"],
        delta=document["delta"],
        reason=document["reason"],
        at=document["at"],
        actor_id=document["actor_id"],
        on_hand=document["on_hand"],
        version=document["version"],
    )
