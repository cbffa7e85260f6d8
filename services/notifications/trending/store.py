"""Sales in MongoDB. A document of `sales` is a product's day: `_id` `<day> <SKU>`, `sku`, `day` (its midnight, UTC),
`units`. The server deletes days that do not count any more. Decides nothing.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from services.infra.mongo import Database, Document
from services.infra.transaction import Write, raised
from services.notifications.trending.models import HALF_LIFE, WINDOW, Sales, Trend

COLLECTION: Final = "sales"
KEPT: Final = WINDOW + timedelta(days=2)

VALIDATOR: Final[Document] = {
    "$jsonSchema": {
        "required": ["sku", "day", "units"],
        "properties": {
            "sku": {"bsonType": "string", "minLength": 1},
            "day": {"bsonType": "date"},
            "units": {"bsonType": ["int", "long"], "minimum": 1},
        },
    }
}


def counting(sales: Sequence[Sales]) -> list[Write]:
    """What adds these sales to what is known; for the transaction that keeps their events' receipts."""
    return [
        raised(
            COLLECTION,
            {"_id": f"{each.day.isoformat()} {each.sku}"},
            {"units": each.units},
            {"sku": each.sku, "day": _midnight(each.day)},
        )
        for each in sales
    ]


class MongoTrends:
    """Implements Trends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Makes the collection and the index by which days are found, and deleted by the server. Idempotent."""
        await self._database.ensure_collection(COLLECTION, VALIDATOR)
        await self._database.ensure_index(COLLECTION, "day", [("day", 1)], expireAfterSeconds=int(KEPT.total_seconds()))

    async def trending(self, now: datetime, limit: int) -> tuple[Trend, ...]:
        """See `Trends.trending`."""
        pipeline = _trending(now.astimezone(UTC).date(), limit)
        found = await self._database.read(lambda reads: reads.aggregated(COLLECTION, pipeline))
        return tuple(Trend(sku=each["_id"], score=each["score"]) for each in found)


def _trending(today: date, limit: int) -> list[Document]:
    until = _midnight(today)
    age = {"$divide": [{"$subtract": [until, "$day"]}, HALF_LIFE / timedelta(milliseconds=1)]}
    return [
        {"$match": {"day": {"$gt": until - WINDOW, "$lte": until}}},
        {"$group": {"_id": "$sku", "score": {"$sum": {"$multiply": ["$units", {"$pow": [0.5, age]}]}}}},
        {"$sort": {"score": -1, "_id": 1}},
        {"$limit": limit},
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
