"""Every list of products is read from an index, in the index's order: asked of the server, of the commands as sent."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.catalog.models import ProductQuery, ProductSort
from services.catalog.store import MongoProductStore
from services.infra.inbox import Inbox
from services.infra.mongo import Client, Database
from services.infra.outbox.rows import Outbox
from tests.catalog.makers import a_note, a_product, eur

SIZE = 24
INDEXES = {
    ProductSort.NEWEST: "newest",
    ProductSort.NAME: "name",
    ProductSort.PRICE_ASC: "price",
    ProductSort.PRICE_DESC: "price",
}
SEARCHES = (None, "lamp", "readin", "lamp p3", "glue")
FILTERS = list(itertools.product((None, "Lamps"), (None, True, False), SEARCHES, (False, True)))
OF_THE_CONNECTION = {"lsid", "$db", "$clusterTime", "$readPreference", "txnNumber"}


class Reads(CommandListener):
    """The commands that read, as they were sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in {"find", "aggregate"}:
            self.sent.append({key: value for key, value in event.command.items() if key not in OF_THE_CONNECTION})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


class Watched:
    """A store of 24 products, and the plans of what it asks for."""

    def __init__(self, client: Client, database: Database, reads: Reads) -> None:
        self.store = MongoProductStore(database, Outbox(database), Inbox(database))
        self._client = client
        self._name = database.collection("products").database.name
        self._reads = reads

    async def fill(self) -> None:
        await self.store.prepare()
        for number in range(SIZE):
            product = a_product(f"p{number}", price=eur(number % 5), age=number % 7, active=number % 6 > 0)
            await self.store.insert(product, [])
            await self.store.note_stock([a_note(product.sku, number % 2, 1)])
        self._reads.sent.clear()

    async def plan_of(self, command: dict[str, Any]) -> dict[str, Any]:
        explained: dict[str, Any] = await self._client[self._name].command(
            "explain", command, verbosity="executionStats"
        )
        return explained

    def asked(self) -> list[dict[str, Any]]:
        """What was asked for since the last time."""
        sent = list(self._reads.sent)
        self._reads.sent.clear()
        return sent

    async def stops_at_the_limit(self) -> bool:
        """The embedded server reads every match before it limits, and says of every order that it sorts."""
        return "secantusVersion" not in await self._client.server_info()


@pytest.fixture
async def watched(mongo_url: str, database: Database) -> AsyncIterator[Watched]:
    reads = Reads()
    client: Client = AsyncIOMotorClient(mongo_url, tz_aware=True, event_listeners=[reads])
    shop = Watched(client, Database(client, database.collection("products").database.name), reads)
    await shop.fill()
    yield shop
    client.close()


def keys_examined(plan: Any) -> int:  # noqa: ANN401 (any part of a plan)
    """Wherever in the plan they are counted."""
    if isinstance(plan, list):
        return max(map(keys_examined, plan), default=0)
    if not isinstance(plan, dict):
        return 0
    return max(int(plan.get("totalKeysExamined", 0)), *map(keys_examined, plan.values()), 0)


def text_of(plan: dict[str, Any]) -> str:
    return str({key: value for key, value in plan.items() if key != "command"})


@pytest.mark.parametrize("sort", list(ProductSort))
async def test_every_page_is_read_in_the_order_of_an_index(watched: Watched, sort: ProductSort) -> None:
    cursor = (await watched.store.page(ProductQuery(first=3, sort=sort))).edges[-1].cursor
    watched.asked()
    strict = await watched.stops_at_the_limit()
    for (category, in_stock, search, archived), after in itertools.product(FILTERS, (None, cursor)):
        query = ProductQuery(
            first=2,
            after=after,
            sort=sort,
            category=category,
            in_stock=in_stock,
            search=search,
            include_inactive=archived,
        )
        await watched.store.page(query)
        plan = await watched.plan_of(watched.asked()[-1])
        text = text_of(plan)
        assert f"'indexName': '{INDEXES[sort]}'" in text, query
        assert "COLLSCAN" not in text, query
        examined = keys_examined(plan)
        assert examined < SIZE or (search and archived) or not strict, query
        if strict:
            assert "'SORT'" not in text, query
        if strict and search is None:
            assert examined <= query.first + 1, query


@pytest.mark.parametrize("search", [None, "lamp"])
@pytest.mark.parametrize("sort", list(ProductSort))
async def test_a_page_read_again_reads_no_more_than_it_shows(
    watched: Watched, sort: ProductSort, search: str | None
) -> None:
    """On every server: one that does not stop at the limit is told where the page ends."""
    first = ProductQuery(first=3, sort=sort, search=search, include_inactive=True)
    for query in (first, replace(first, after=(await watched.store.page(first)).edges[-1].cursor)):
        page = await watched.store.page(query)
        watched.asked()
        assert await watched.store.page(query) == page
        (command,) = watched.asked()
        assert keys_examined(await watched.plan_of(command)) <= query.first + 1


async def test_every_count_is_made_from_an_index(watched: Watched) -> None:
    strict = await watched.stops_at_the_limit()
    for category, in_stock, search, archived in FILTERS:
        await watched.store.count(
            ProductQuery(category=category, in_stock=in_stock, search=search, include_inactive=archived)
        )
        for command in watched.asked():
            text = text_of(await watched.plan_of(command))
            assert "IXSCAN" in text or (strict and "COUNT_SCAN" in text)
            assert "COLLSCAN" not in text


async def test_of_several_words_the_rarest_is_read(watched: Watched) -> None:
    """`Reading lamp` is in all 24 names; 11 products have a word that begins with `p1`."""
    for search in ("reading p17 lamp", "p17 sku reading", "lamp lamp p17"):
        await watched.store.page(ProductQuery(search=search))
        command = watched.asked()[-1]
        assert command["pipeline"][0] == {"$match": {"prefixes": "p1", "places.newest": {"$gt": ""}}}
        assert keys_examined(await watched.plan_of(command)) <= 11
