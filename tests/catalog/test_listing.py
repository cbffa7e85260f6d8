"""Any list, filtered, sorted and paged in any way, is what the naive model says; also while products arrive."""

import asyncio
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalog.memory import MemoryProductStore
from services.catalog.models import Product, ProductQuery, ProductSort
from services.catalog.ports import ProductStore
from services.catalog.store import MongoProductStore
from services.infra.inbox import Inbox
from services.infra.mongo import Database, connect
from services.infra.outbox.rows import Outbox
from services.infra.settings import MongoSettings
from services.shared.money import Money
from tests.catalog.makers import a_note, a_product
from tests.catalog.model import NAMES, SEARCHES, Item, listed

CATEGORIES = ("Lamps", "Food")
prices = st.builds(Money, minor=st.integers(0, 3) | st.just(10**15), currency=st.sampled_from(["EUR", "JPY"]))
names = st.sampled_from(sorted(NAMES))
categories = st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple)
ages = st.integers(0, 5)
details = st.fixed_dictionaries({"name": names, "price": prices, "categories": categories, "age": ages})
changes = st.fixed_dictionaries({}, optional={"name": names, "price": prices, "categories": categories})
catalogues = st.lists(
    st.tuples(
        details, st.lists(changes | st.just({"active": False}), max_size=2), st.lists(st.integers(0, 2), max_size=3)
    ),
    max_size=9,
)
"""Products: as they are made, then changed, and the stock that is noted of them, version by version."""

queries = st.builds(
    ProductQuery,
    first=st.integers(1, 4),
    sort=st.sampled_from(ProductSort),
    category=st.sampled_from((None, *CATEGORIES, "Tents")),
    search=st.sampled_from([*SEARCHES]),
    in_stock=st.none() | st.booleans(),
    include_inactive=st.booleans(),
)
arrivals = st.lists(details, max_size=4)


class Shop:
    """A store, and what the model knows of it."""

    def __init__(self, store: ProductStore) -> None:
        self.store = store
        self.items: dict[str, Item] = {}

    async def add(self, details: dict[str, Any]) -> Product:
        product = a_product(f"x{len(self.items)}", **details)
        self.items[product.id] = Item(product=product)
        return await self.store.insert(product, [])

    async def change(self, product_id: str, change: dict[str, Any]) -> None:
        before = self.items[product_id].product
        after = replace(before, **change, version=before.version + 1)
        assert await self.store.replace(after, before.version, [])
        self.items[product_id] = replace(self.items[product_id], product=after)

    async def note(self, product_id: str, available: int, version: int) -> None:
        item = self.items[product_id]
        await self.store.note_stock([a_note(item.product.sku, available, version)])
        self.items[product_id] = replace(item, in_stock=available > 0)


async def fill(shop: Shop, catalogue: list[Any]) -> None:
    for made, changed, stock in catalogue:
        product = await shop.add(made)
        for change in changed:
            await shop.change(product.id, change)
        for version, available in enumerate(stock, start=1):
            await shop.note(product.id, available, version)


async def walk(shop: Shop, query: ProductQuery, arriving: list[Any]) -> list[str]:
    """All pages, one product more arriving behind each."""
    found: list[str] = []
    coming = iter(arriving)
    while True:
        page = await shop.store.page(query)
        assert len(page.edges) <= query.first
        found += [edge.node.id for edge in page.edges]
        if not page.has_next:
            return found
        if (more := next(coming, None)) is not None:
            await shop.add(more)
        query = replace(query, after=page.edges[-1].cursor)


async def compare(store: ProductStore, catalogue: list[Any], query: ProductQuery, arriving: list[Any]) -> None:
    shop = Shop(store)
    await fill(shop, catalogue)
    standing = listed(shop.items.values(), query)
    assert await store.count(query) == len(standing)
    found = await walk(shop, query, arriving)
    assert [product_id for product_id in found if product_id in standing] == standing
    everything = listed(shop.items.values(), query)
    assert found == [product_id for product_id in everything if product_id in found]
    await read_again(shop, query, everything)


async def read_again(shop: Shop, query: ProductQuery, everything: list[str]) -> None:
    """The same pages, as they are now: behind what arrived, and each time one product has left its lists."""
    assert await walk(shop, query, []) == everything
    for leaving in {*everything[:1], *everything[-1:]}:
        await shop.change(leaving, {"active": False, "name": "Straße 17", "categories": ()})
        await shop.note(leaving, 0, 1000)
        assert await walk(shop, query, []) == listed(shop.items.values(), query)


@settings(max_examples=100, deadline=None)
@given(catalogue=catalogues, query=queries, arriving=arrivals)
def test_any_list_in_memory(catalogue: list[Any], query: ProductQuery, arriving: list[Any]) -> None:
    asyncio.run(compare(MemoryProductStore(), catalogue, query, arriving))


async def emptied(database: Database) -> ProductStore:
    for name in ("products", "search_entries", "stock_notes", "inbox"):
        await database.collection(name).delete_many({})
    return MongoProductStore(database, Outbox(database), Inbox(database))


def test_any_list_in_mongo(mongo_url: str) -> None:
    client = connect(MongoSettings(url=mongo_url))
    database = Database(client, "caravan_test_listing")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(catalogue=catalogues.filter(lambda made: len(made) > 3), query=queries, arriving=arrivals)
    def against_the_model(catalogue: list[Any], query: ProductQuery, arriving: list[Any]) -> None:
        async def once() -> None:
            await compare(await emptied(database), catalogue, query, arriving)

        runner.run(once())

    async def drop() -> None:
        await emptied(database)
        await client.drop_database("caravan_test_listing")

    with asyncio.Runner() as runner:
        runner.run(MongoProductStore(database, Outbox(database), Inbox(database)).prepare())
        try:
            against_the_model()
        finally:
            runner.run(drop())
            client.close()
