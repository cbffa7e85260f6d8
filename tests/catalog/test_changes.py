"""Changing and archiving products: only what is given, once, by those who run the shop, and never a change lost."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.catalog.memory import MemoryProductStore
from services.catalog.models import PriceLines, ProductQuery, RequestedLine, UpdateProduct
from services.catalog.service import CatalogService
from services.catalog.store import MongoProductStore
from services.infra.inbox import Inbox
from services.infra.mongo import Database
from services.infra.outbox.rows import Outbox
from services.shared.actors import Actor, Role
from services.shared.errors import Forbidden, Invalid, NotFound
from services.shared.money import MAX_MINOR, Money
from tests.catalog.makers import NOW, ORIGIN, a_wish, eur
from tests.support.doubles import CountingIds, StandingClock
from tests.support.identity import OPS

MIA = Actor(user_id="mia", roles=frozenset({Role.CUSTOMER}))
PATCH = UpdateProduct(
    product_id="p1",
    name="Floor lamp",
    description="Tall.",
    categories=("Floor",),
    price=Money(minor=500, currency="JPY"),
)


@pytest.fixture
async def store() -> MemoryProductStore:
    return MemoryProductStore()


@pytest.fixture
async def catalog(store: MemoryProductStore) -> CatalogService:
    catalog = CatalogService(store, StandingClock(), CountingIds())
    await catalog.create_product(a_wish(), ORIGIN)
    return catalog


@pytest.mark.parametrize("field", ["name", "description", "categories", "price"])
async def test_what_is_given_changes_and_nothing_else(
    catalog: CatalogService, store: MemoryProductStore, field: str
) -> None:
    (before,) = await catalog.products_by_id(["p1"])
    given: dict[str, Any] = {field: getattr(PATCH, field)}
    changed = await catalog.update_product(UpdateProduct(product_id="p1", **given), OPS, ORIGIN)
    assert changed == replace(before, **given, version=2)
    assert await catalog.products_by_id(["p1"]) == (changed,)
    event = store.events[-1]
    assert (event.type, event.subject, event.sequence, event.origin) == ("product.updated.v1", "p1", 2, ORIGIN)
    assert (event.data["name"], event.data["categories"]) == (changed.name, list(changed.categories))
    assert event.data["price"] == {"amount": changed.price.text(), "currency": changed.price.currency}


async def test_a_change_is_dated(store: MemoryProductStore, catalog: CatalogService) -> None:
    clock = StandingClock(NOW.replace(year=2027))
    changed = await CatalogService(store, clock, CountingIds("later")).update_product(PATCH, OPS, ORIGIN)
    assert (changed.created_at, changed.updated_at) == (NOW, clock.now())
    assert store.events[-1].time == clock.now()
    assert (await catalog.products_by_id(["p1"]))[0].updated_at == clock.now()


async def test_texts_can_be_emptied(catalog: CatalogService) -> None:
    emptied = await catalog.update_product(UpdateProduct(product_id="p1", description="", categories=()), OPS, ORIGIN)
    assert (emptied.description, emptied.categories) == ("", ())


async def test_a_change_that_changes_nothing_is_none(catalog: CatalogService, store: MemoryProductStore) -> None:
    changed = await catalog.update_product(PATCH, OPS, ORIGIN)
    assert await catalog.update_product(PATCH, OPS, ORIGIN) == changed
    assert await catalog.update_product(UpdateProduct(product_id="p1"), OPS, ORIGIN) == changed
    assert [event.sequence for event in store.events] == [1, 2]


async def test_an_archived_product_is_sold_no_more(catalog: CatalogService, store: MemoryProductStore) -> None:
    archived = await catalog.archive_product("p1", OPS, ORIGIN)
    assert (archived.active, archived.version) == (False, 2)
    assert await catalog.archive_product("p1", OPS, ORIGIN) == archived
    assert [(event.type, event.sequence) for event in store.events[1:]] == [("product.archived.v1", 2)]
    assert store.events[-1].data["active"] is False
    with pytest.raises(NotFound):
        await catalog.price_lines(PriceLines(lines=(RequestedLine(sku="LAMP", quantity=1),)))
    assert await catalog.count_products(ProductQuery()) == 0
    assert await catalog.count_products(ProductQuery(include_inactive=True)) == 1


async def test_what_does_not_exist_cannot_be_changed(catalog: CatalogService) -> None:
    for unknown in ("p9", "", "\ud800"):
        with pytest.raises(NotFound) as refused:
            await catalog.update_product(replace(PATCH, product_id=unknown), OPS, ORIGIN)
        assert refused.value.problems[0].path == ("id",)
        with pytest.raises(NotFound):
            await catalog.archive_product(unknown, OPS, ORIGIN)


async def test_customers_change_nothing(catalog: CatalogService, store: MemoryProductStore) -> None:
    with pytest.raises(Forbidden):
        await catalog.update_product(PATCH, MIA, ORIGIN)
    with pytest.raises(Forbidden):
        await catalog.archive_product("p1", MIA, ORIGIN)
    assert len(store.events) == store.products["p1"].version == 1


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "n" * 201}, ("name",)),
        ({"description": "d\x00"}, ("description",)),
        ({"categories": ("Lamps", "")}, ("categories", "1")),
        ({"categories": ("Lamps", "Lamps")}, ("categories", "1")),
        ({"price": eur(-1)}, ("price", "amount")),
        ({"price": eur(MAX_MINOR + 1)}, ("price", "amount")),
        ({"price": Money(minor=1, currency="XYZ")}, ("price", "currency")),
    ],
)
async def test_a_change_that_can_never_be_right_is_invalid(
    catalog: CatalogService, store: MemoryProductStore, wrong: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await catalog.update_product(replace(PATCH, **wrong), OPS, ORIGIN)
    assert refused.value.problems[0].path == path
    assert len(store.events) == store.products["p1"].version == 1


async def test_of_changes_made_at_once_none_is_lost(database: Database) -> None:
    store = MongoProductStore(database, Outbox(database), Inbox(database))
    await store.prepare()
    catalog = CatalogService(store, StandingClock(), CountingIds())
    await catalog.create_product(a_wish(), ORIGIN)
    patches = [
        UpdateProduct(product_id="p1", name="Floor lamp"),
        UpdateProduct(product_id="p1", description="Tall."),
        UpdateProduct(product_id="p1", categories=("Floor",)),
        UpdateProduct(product_id="p1", price=eur(500)),
    ]
    wishes = [catalog.update_product(patch, OPS, ORIGIN) for patch in (*patches, *patches)]
    await asyncio.gather(*wishes, *(catalog.archive_product("p1", OPS, ORIGIN) for _ in range(2)))
    (product,) = await catalog.products_by_id(["p1"])
    assert (product.name, product.description, product.categories) == ("Floor lamp", "Tall.", ("Floor",))
    assert (product.price, product.active, product.version) == (eur(500), False, 6)
    events = await database.collection("outbox").find().to_list(None)
    assert sorted(event["sequence"] for event in events) == [1, 2, 3, 4, 5, 6]
