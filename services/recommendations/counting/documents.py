"""Counts as MongoDB documents and back: names of collections, validators, indexes. Reads and writes nothing.

A generation of counters has collections of its own, `<name>_<generation>`:
- `orders`: `_id` order id, `mark`; of one that was ever counted `user` and `place` (of the user, see `place_of`); as
  long as it is counted `at` (when it was placed), `skus`. What a user has bought is read of these: a row for all that
  he bought in some time would grow, and each order would write it whole
- `sales`: `_id` SKU, `orders` and `units` of all time, `weeks` {week: {`orders`, `units`}}
- `pairs`: `_id` both SKUs, `skus` the same as a list, `orders` with both
and for all: `generations` (one document, see Generations), `called_off` (`_id` order id: it stands no more, for good),
`shelf` (products by SKU).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.infra.mongo import WHOLE, Document, Keys
from services.infra.transaction import Write, added, changed, raised
from services.recommendations.counting.models import Changes, Mark, Tally
from services.recommendations.models import Partner, Purchase, Sales, ShelfProduct, Sold
from services.shared.ids import derived_id
from services.shared.standing_orders import StandingOrder
from services.shared.weeks import week_of

GENERATIONS: Final = "generations"
COUNTERS: Final = "counters"
"""The one document of it."""

CALLED_OFF: Final = "called_off"
ORDERS: Final = "orders"
SALES: Final = "sales"
PAIRS: Final = "pairs"
SHELF: Final = "shelf"

INDEXES: Final[Mapping[str, Mapping[str, Keys]]] = {
    ORDERS: {"of_buyer": [("place", 1), ("at", -1)]},
    SALES: {},
    PAIRS: {"of_sku": [("skus", 1)]},
}
"""Of each generation. That of pairs leaves the count out: each order would move entries of it."""

TEXT: Final[Document] = {"bsonType": "string", "minLength": 1}
TEXTS: Final[Document] = {"bsonType": "array", "items": TEXT}
COUNT: Final[Document] = {**WHOLE, "minimum": 0}


def _validator(**properties: Document) -> Document:
    return {"$jsonSchema": {"bsonType": "object", "required": list(properties), "properties": properties}}


VALIDATORS: Final[Mapping[str, Document]] = {
    ORDERS: _validator(_id=TEXT, mark={"enum": [mark.value for mark in Mark]}),
    SALES: _validator(_id=TEXT, orders=COUNT, units=COUNT, weeks={"bsonType": "object"}),
    PAIRS: _validator(_id=TEXT, skus=TEXTS, orders=COUNT),
}
"""A count below zero is a defect: the server refuses what would make one."""

SHELF_VALIDATOR: Final = _validator(
    _id=TEXT, name={"bsonType": "string"}, categories=TEXTS, active={"bsonType": "bool"}, version=COUNT
)


def named(collection: str, generation: int) -> str:
    """The collection of the generation."""
    return f"{collection}_{generation}"


def place_of(user_id: str) -> str:
    """Where a user stands among all: scattered evenly, so that a span of places holds a known share of the users."""
    return derived_id("buyer", user_id)


def writes_of(tally: Tally, generation: int) -> list[Write]:
    """All that the tally changes in a generation. Overtaken where another has marked one of the orders meanwhile."""
    orders = named(ORDERS, generation)
    return [
        *(added(orders, _marked(order)) for order in tally.counted),
        *(added(orders, {"_id": order_id, "mark": Mark.VOID.value}) for order_id in tally.void),
        *(changed(orders, {"_id": order_id, "mark": Mark.COUNTED.value}, TAKE_BACK) for order_id in tally.taken_back),
        *_raising(tally.changes, generation),
    ]


TAKE_BACK: Final[Document] = {"$set": {"mark": Mark.VOID.value}, "$unset": {"at": "", "skus": ""}}
"""Whose it was stays: a list that was made of it is made anew with those of all users, whatever went wrong before."""


def _raising(changes: Changes, generation: int) -> Iterable[Write]:
    """In an order that is the same for all, so that two who write the same rows meet at the first."""
    by_sku: dict[str, Document] = {}
    for (sku, week), sold in changes.sales.items():
        numbers = by_sku.setdefault(sku, {"orders": 0, "units": 0})
        for name, number in (("orders", sold.orders), ("units", sold.units)):
            numbers[name] += number
            numbers[f"weeks.{week}.{name}"] = number
    for sku in sorted(by_sku):
        yield raised(named(SALES, generation), {"_id": sku}, by_sku[sku], {})
    for pair, count in sorted(changes.pairs.items()):
        yield raised(named(PAIRS, generation), {"_id": " ".join(pair)}, {"orders": count}, {"skus": list(pair)})


def _marked(order: StandingOrder) -> Document:
    return {
        "_id": order.order_id,
        "mark": Mark.COUNTED.value,
        "user": order.customer_id,
        "place": place_of(order.customer_id),
        "at": order.placed_at,
        "skus": sorted({line.sku for line in order.lines}),
    }


def sales_from(document: Document) -> Sales:
    """Without weeks of which nothing is left."""
    weeks = {int(week): Sold(**sold) for week, sold in document["weeks"].items() if any(sold.values())}
    return Sales(sku=document["_id"], total=Sold(orders=document["orders"], units=document["units"]), weeks=weeks)


def purchases_from(documents: Iterable[Document]) -> dict[str, dict[str, dict[int, int]]]:
    """By user and SKU the orders of each week, of counted orders."""
    found: dict[str, dict[str, dict[int, int]]] = {}
    for document in documents:
        week, by_sku = week_of(document["at"]), found.setdefault(document["user"], {})
        for sku in document["skus"]:
            weeks = by_sku.setdefault(sku, {})
            weeks[week] = weeks.get(week, 0) + 1
    return found


def partner_from(document: Document, sku: str) -> Partner:
    """The other one of the pair."""
    first, second = document["skus"]
    return Partner(sku=second if first == sku else first, orders=document["orders"])


def purchase_from(document: Document) -> Purchase:
    """The order, as its user may remember it."""
    return Purchase(order_id=document["_id"], at=document["at"], skus=tuple(document["skus"]))


def shelf_document(product: ShelfProduct) -> Document:
    """The whole of it."""
    return {
        "_id": product.sku,
        "name": product.name,
        "categories": list(product.categories),
        "active": product.active,
        "version": product.version,
    }


def product_from(document: Document) -> ShelfProduct:
    """The product back."""
    kept: dict[str, Any] = {name: document[name] for name in ("name", "active", "version")}
    return ShelfProduct(sku=document["_id"], categories=tuple(document["categories"]), **kept)
