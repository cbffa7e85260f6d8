"""The counts in MongoDB as the rules read them: of the generation that serves. Writes nothing, keeps nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from services.infra.mongo import Database, Document
from services.infra.transaction import Reads
from services.recommendations.counting.documents import (
    ORDERS,
    PAIRS,
    SALES,
    SHELF,
    named,
    partner_from,
    place_of,
    product_from,
    purchase_from,
    purchases_from,
    sales_from,
)
from services.recommendations.counting.generations import generations
from services.recommendations.models import Partner, Partners, Purchase, Purchases, Shop
from services.recommendations.ports import MOST_PARTNERS
from services.recommendations.refreshing.models import UserPage, UsersAfter
from services.shared.spans import FIRST, end_of_span, next_parts
from services.shared.weeks import EPOCH, WEEK, weeks_until


class MongoCountReader:
    """Implements CountReader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def purchases_of(self, user_ids: Sequence[str], since_week: int) -> Mapping[str, Purchases]:
        """See `CountReader.purchases_of`."""
        if not user_ids:
            return {}
        wanted = {"place": _places_of(user_ids), "at": {"$gte": EPOCH + since_week * WEEK}}
        return purchases_from(await self._found(ORDERS, wanted, {"user": 1, "at": 1, "skus": 1}))

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """See `CountReader.users_after`. A page ends with a place, so nobody is in two of them."""
        found: dict[str, str] = {}
        parts, after, end = FIRST, wish.after, end_of_span(wish.after, FIRST)
        while True:
            span: Document = {"$gt": after} | ({} if end is None else {"$lt": end})
            some = await self._found(ORDERS, {"place": span}, {"place": 1, "user": 1})
            here = {each["place"]: each["user"] for each in some}
            found |= here
            if end is None or len(found) >= wish.limit:
                return _page(found, wish.limit, end)
            parts, after = next_parts(parts, len(here), wish.limit - len(found)), end
            end = end_of_span(after, parts)

    async def partners_of(self, skus: Sequence[str]) -> Partners:
        """See `CountReader.partners_of`."""
        return await self._database.read(partial(_partners, sorted(set(skus))))

    async def shop(self, now: datetime) -> Shop:
        """See `CountReader.shop`. Reads all that was ever sold, and all products."""
        return await self._database.read(partial(_shop, now))

    async def bought_since(self, user_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[Purchase, ...]]:
        """See `CountReader.bought_since`."""
        if not user_ids:
            return {}
        found: dict[str, tuple[Purchase, ...]] = {}
        for document in await self._found(ORDERS, {"place": _places_of(user_ids), "at": {"$gte": since}}):
            user_id = document["user"]
            found[user_id] = (*found.get(user_id, ()), purchase_from(document))
        return found

    async def _found(self, collection: str, wanted: Document, kept: Document | None = None) -> list[Document]:
        def work(reads: Reads) -> list[Document]:
            return reads.found(named(collection, generations(reads).serving), wanted, kept=kept)

        return await self._database.read(work)


def _places_of(user_ids: Sequence[str]) -> str | Document:
    """Of one user it is one place: the embedded server looks for the moments too by the index, but not for several."""
    places = sorted({place_of(user_id) for user_id in user_ids})
    return places[0] if len(places) == 1 else {"$in": places}


def _shop(now: datetime, reads: Reads) -> Shop:
    """In the thread that reads: what it makes of the documents takes as long as others must not wait."""
    sales = map(sales_from, reads.found(named(SALES, generations(reads).serving), {}))
    products = map(product_from, reads.found(SHELF, {}))
    return Shop(
        now=weeks_until(now),
        products={product.sku: product for product in products},
        sales={each.sku: each for each in sales if each.total.orders},
    )


def _partners(skus: Sequence[str], reads: Reads) -> Partners:
    pairs = named(PAIRS, generations(reads).serving)
    found: dict[str, tuple[Partner, ...]] = {}
    for sku in skus:
        wanted = {"skus": sku, "orders": {"$gt": 0}}
        documents = reads.found(pairs, wanted, [("orders", -1), ("_id", 1)], limit=MOST_PARTNERS)
        if documents:
            partners = (partner_from(document, sku) for document in documents)
            found[sku] = tuple(sorted(partners, key=lambda each: (-each.orders, each.sku)))
    return found


def _page(found: Mapping[str, str], limit: int, end: str | None) -> UserPage:
    """The first of what was found; what is behind them is found again."""
    places = sorted(found)
    taken = places[:limit]
    if len(places) > limit:
        return UserPage(user_ids=tuple(found[place] for place in taken), after=taken[-1])
    return UserPage(user_ids=tuple(found[place] for place in taken), after=end)
