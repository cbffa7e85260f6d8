"""Lists as MongoDB documents and back, with the collection's validator. Reads and writes nothing.

`lists`: `_id` user id, `items` [{`sku`, `score`, `rule`, `basis` {`orders`, `of`, `sku`, `category`}}] best first,
`computed_at`, `version`.
"""

from typing import Final

from services.infra.mongo import WHOLE, Document
from services.recommendations.limits import MOST_ITEMS
from services.recommendations.models import Basis, Ranked, Rule, UserList

LISTS: Final = "lists"

ITEM: Final[Document] = {
    "bsonType": "object",
    "required": ["sku", "score", "rule", "basis"],
    "properties": {
        "sku": {"bsonType": "string", "minLength": 1},
        "score": {"bsonType": "double"},
        "rule": {"enum": [rule.value for rule in Rule]},
        "basis": {"bsonType": "object", "required": ["orders", "of", "sku", "category"]},
    },
}
VALIDATOR: Final[Document] = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "items", "computed_at", "version"],
        "properties": {
            "_id": {"bsonType": "string", "minLength": 1},
            "items": {"bsonType": "array", "maxItems": MOST_ITEMS, "items": ITEM},
            "computed_at": {"bsonType": "date"},
            "version": {**WHOLE, "minimum": 1},
        },
    }
}


def list_document(stored: UserList) -> Document:
    """The whole of it."""
    return {
        "_id": stored.user_id,
        "items": [
            {"sku": item.sku, "score": float(item.score), "rule": item.rule.value, "basis": _basis(item.basis)}
            for item in stored.items
        ],
        "computed_at": stored.computed_at,
        "version": stored.version,
    }


def _basis(basis: Basis) -> Document:
    # By hand: `asdict` copies all that it finds, and takes ten times as long for what a refresh does most.
    return {"orders": basis.orders, "of": basis.of, "sku": basis.sku, "category": basis.category}


def list_from(document: Document) -> UserList:
    """The list back."""
    items = (
        Ranked(sku=item["sku"], score=item["score"], rule=Rule(item["rule"]), basis=Basis(**item["basis"]))
        for item in document["items"]
    )
    return UserList(
        user_id=document["_id"],
        items=tuple(items),
        computed_at=document["computed_at"],
        version=document["version"],
    )
