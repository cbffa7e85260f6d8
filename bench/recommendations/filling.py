"""Puts a past into the counters as counting it order by order would leave it, a thousand times as fast."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from bench.recommendations.history import History
from services.infra.mongo import Database, Document
from services.infra.transaction import Write
from services.recommendations.counting.documents import writes_of
from services.recommendations.counting.models import Changes, Tally
from services.recommendations.counting.tally import changes_of
from services.recommendations.models import Sold
from services.shared.standing_orders import StandingOrder

GENERATION: Final = 0
AT_ONCE: Final = 1000
"""Documents of one command: it must stay within the driver's patience, or the driver sends it again."""

CUSTOMERS_AT_ONCE: Final = 500


async def fill(database: Database, history: History) -> None:
    """All of it, into the counters that serve, which are empty."""
    sales: Counter[tuple[str, int, str]] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for first in range(0, history.customers, CUSTOMERS_AT_ONCE):
        customers = range(first, min(first + CUSTOMERS_AT_ONCE, history.customers))
        orders = [order for customer in customers for order in history.orders_of(customer)]
        changes = changes_of((order, 1) for order in orders)
        pairs.update(changes.pairs)
        for (sku, week), sold in changes.sales.items():
            sales[sku, week, "orders"] += sold.orders
            sales[sku, week, "units"] += sold.units
        await _insert(database, _tally(orders, Changes(sales={}, pairs={})))
    weeks = {(sku, week) for sku, week, _ in sales}
    in_weeks = {
        (sku, week): Sold(orders=sales[sku, week, "orders"], units=sales[sku, week, "units"]) for sku, week in weeks
    }
    await _insert(database, _tally((), Changes(sales=in_weeks, pairs=pairs)))


def _tally(orders: Iterable[StandingOrder], changes: Changes) -> Tally:
    return Tally(counted=tuple(orders), void=(), taken_back=(), changes=changes, outcomes=())


async def _insert(database: Database, tally: Tally) -> None:
    by_collection: dict[str, list[Document]] = {}
    for write in writes_of(tally, GENERATION):
        by_collection.setdefault(write.collection, []).append(document_of(write))
    for name, documents in by_collection.items():
        rest, collection = iter(documents), database.collection(name)
        while some := list(islice(rest, AT_ONCE)):
            await collection.insert_many(some, ordered=False)


def document_of(write: Write) -> Document:
    """What the write leaves where nothing was."""
    if len(write.arguments) == 1:
        return write.arguments[0]
    wanted, change = write.arguments
    document: Document = {**wanted, **change["$setOnInsert"]}
    for path, number in _numbers(change):
        *above, last = path.split(".")
        place: dict[str, Any] = document
        for name in above:
            place = place.setdefault(name, {})
        place[last] = number
    return document


def _numbers(change: Mapping[str, Mapping[str, int]]) -> Iterable[tuple[str, int]]:
    return change["$inc"].items()
