"""What a page of products costs in a small and in a large catalogue: `python -m bench.catalogue MONGODB_URL`.

Writes products through the catalogue's own store into a database of its own, which it drops, and prints a table.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from services.catalog.models import Product, ProductQuery, ProductSort, StockNote
from services.catalog.ports import ProductStore
from services.infra.mongo import Database, close, connect
from services.infra.settings import MongoSettings
from services.shared.clock import SystemClock
from services.shared.money import Money
from services.shared.receipts import Receipt
from workers.composition import product_store

SIZES = (100, 5000)
AT_ONCE = 8
PAGES = 15
DROPPED_AT_ONCE = 20
"""The embedded server takes long to empty an index; a command must stay within the driver's patience."""

FIRST = 20
THINGS = ("lamp", "rope", "kettle", "tent", "blanket", "bottle", "chair", "hammock")
COLOURS = ("red", "blue", "green", "black", "white")
TEXT = "A {thing} that lasts: of {colour} canvas and steel, tested in wind and rain, repaired by us for ten years."

QUERIES: dict[str, ProductQuery] = {
    "newest": ProductQuery(first=FIRST),
    "by price, in stock, of an empty category": ProductQuery(
        first=FIRST, sort=ProductSort.PRICE_ASC, in_stock=True, category="lamp"
    ),
    "search, an eighth match": ProductQuery(first=FIRST, sort=ProductSort.NAME, search="lam"),
    "search, two words, none in stock": ProductQuery(first=FIRST, search="lamp blu", in_stock=True),
    "search, one product matches": ProductQuery(first=FIRST, search="sku 00042"),
    "search, none matches": ProductQuery(first=FIRST, search="glue"),
}


def identifier(number: int) -> str:
    """As long as a product's id is."""
    return f"{number:032x}"


def a_product(number: int, made: datetime) -> Product:
    """One of a shop's many; what differs follows from its number."""
    thing, colour = THINGS[number % len(THINGS)], COLOURS[number % len(COLOURS)]
    return Product(
        id=identifier(number),
        sku=f"SKU-{number:05d}",
        name=f"{colour.title()} {thing} {number}",
        description=TEXT.format(thing=thing, colour=colour),
        categories=(thing, colour),
        price=Money(minor=100 + number * 7919 % 9900, currency="EUR"),
        active=True,
        version=1,
        created_at=made,
        updated_at=made,
    )


async def fill(store: ProductStore, numbers: range) -> None:
    """Makes the products; three of four are in stock."""
    now = SystemClock().now()
    slots = asyncio.Semaphore(AT_ONCE)

    async def make(number: int) -> None:
        async with slots:
            product = a_product(number, now - timedelta(seconds=number))
            if number % 4:
                await store.note_stock([_in_stock(product, now)])
            await store.insert(product, [])

    await asyncio.gather(*(make(number) for number in numbers))


def _in_stock(product: Product, now: datetime) -> StockNote:
    receipt = Receipt(consumer="bench", event_id=product.id, at=now)
    return StockNote(sku=product.sku, available=5, version=1, receipt=receipt)


async def milliseconds(ask: Callable[[], Awaitable[object]]) -> float:
    """The median of several."""
    spent = []
    for _ in range(PAGES):
        begun = time.perf_counter()
        await ask()
        spent.append(time.perf_counter() - begun)
    return median(spent) * 1000


async def measure(store: ProductStore) -> dict[str, float]:
    """What each query costs now."""
    costs = {name: await milliseconds(lambda query=query: store.page(query)) for name, query in QUERIES.items()}  # type: ignore[misc]
    costs["newest, counted (totalCount)"] = await milliseconds(lambda: store.count(QUERIES["newest"]))
    return costs


async def main(url: str) -> None:
    """Measures at each size and prints what was found."""
    client = connect(MongoSettings(url=url))
    database = Database(client, "bench_catalogue")
    store = product_store(database)
    columns: list[dict[str, float]] = []
    try:
        await store.prepare()
        made = 0
        for size in SIZES:
            begun = time.perf_counter()
            await fill(store, range(made, size))
            each = (time.perf_counter() - begun) / (size - made) * 1000
            columns.append(await measure(store) | {"creating a product": each})
            made = size
        show(columns)
    finally:
        for first in range(0, max(SIZES), DROPPED_AT_ONCE):
            ids = [identifier(number) for number in range(first, first + DROPPED_AT_ONCE)]
            for name in ("products", "search_entries"):
                await database.collection(name).delete_many({"_id": {"$in": ids}})
        await client.drop_database("bench_catalogue")
        await close(client)


def show(columns: Sequence[Mapping[str, float]]) -> None:
    """Prints the table, a column a size."""
    table = Table("ms, median", *(f"{size} products" for size in SIZES))
    for name in columns[0]:
        table.add_row(name, *(f"{column[name]:.1f}" for column in columns))
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
