"""The catalogue's rules: what a product may be, and what lines cost."""

from dataclasses import replace
from typing import Any

import pytest

from services.catalog.errors import SkuTaken
from services.catalog.memory import MemoryProductStore
from services.catalog.models import (
    CreateProduct,
    PricedLine,
    PriceLines,
    Product,
    ProductQuery,
    RequestedLine,
)
from services.catalog.service import CatalogService
from services.shared.errors import Invalid, NotFound
from services.shared.money import MAX_MINOR, Money
from tests.catalog.makers import NOW, ORIGIN, a_product, a_wish, eur
from tests.support.doubles import CountingIds, StandingClock


@pytest.fixture
def store() -> MemoryProductStore:
    return MemoryProductStore()


@pytest.fixture
def catalog(store: MemoryProductStore) -> CatalogService:
    return CatalogService(store, StandingClock(), CountingIds())


def lines_of(**quantities: int) -> PriceLines:
    return PriceLines(lines=tuple(RequestedLine(sku=sku, quantity=number) for sku, number in quantities.items()))


async def test_a_new_product_is_on_sale_and_told(catalog: CatalogService, store: MemoryProductStore) -> None:
    product = await catalog.create_product(a_wish(), ORIGIN)
    assert product == Product(
        id="p1",
        sku="LAMP",
        name="Reading lamp",
        description="Bright.\nWarm.",
        categories=("Lamps", "Desk"),
        price=eur(1999),
        active=True,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    (event,) = store.events
    assert (event.type, event.subject, event.sequence, event.time) == ("product.created.v1", "p1", 1, NOW)
    assert event.origin == ORIGIN
    assert event.topic == "caravan.catalog"
    assert event.data == {
        "productId": "p1",
        "sku": "LAMP",
        "name": "Reading lamp",
        "categories": ["Lamps", "Desk"],
        "price": {"amount": "19.99", "currency": "EUR"},
        "active": True,
    }


async def test_a_wish_repeated_makes_one_product(catalog: CatalogService, store: MemoryProductStore) -> None:
    first = await catalog.create_product(a_wish(), ORIGIN)
    assert await catalog.create_product(a_wish(), ORIGIN) == first
    assert len(store.products) == len(store.events) == 1


async def test_a_taken_sku_is_refused(catalog: CatalogService) -> None:
    await catalog.create_product(a_wish(), ORIGIN)
    with pytest.raises(SkuTaken):
        await catalog.create_product(a_wish("p2"), ORIGIN)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"product_id": ""}, ("productId",)),
        ({"sku": ""}, ("sku",)),
        ({"sku": "S" * 65}, ("sku",)),
        ({"sku": "LAMP 1"}, ("sku",)),
        ({"sku": "LÄMP"}, ("sku",)),
        ({"sku": "LAMP\n"}, ("sku",)),
        ({"sku": "$where"}, ("sku",)),
        ({"name": ""}, ("name",)),
        ({"name": "n" * 201}, ("name",)),
        ({"name": "a\nb"}, ("name",)),
        ({"description": "d" * 5001}, ("description",)),
        ({"description": "d\x00"}, ("description",)),
        ({"categories": tuple(str(number) for number in range(21))}, ("categories",)),
        ({"categories": ("Lamps", "")}, ("categories", "1")),
        ({"categories": ("c" * 61,)}, ("categories", "0")),
        ({"categories": ("Lamps", "Desk", "Lamps")}, ("categories", "2")),
        ({"price": eur(-1)}, ("price", "amount")),
        ({"price": eur(MAX_MINOR + 1)}, ("price", "amount")),
        ({"price": Money(minor=1, currency="XYZ")}, ("price", "currency")),
    ],
)
async def test_a_product_that_can_never_be_right_is_invalid(
    catalog: CatalogService, store: MemoryProductStore, wrong: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await catalog.create_product(replace(a_wish(), **wrong), ORIGIN)
    assert refused.value.problems[0].path == path
    assert store.products == {}


@pytest.mark.parametrize(
    "right",
    [
        {"sku": "S" * 64},
        {"sku": "a.B_9-"},
        {"name": "n" * 200},
        {"description": ""},
        {"description": "d" * 5000},
        {"categories": ()},
        {"categories": tuple("c" * 59 + chr(65 + number) for number in range(20))},
        {"price": eur(0)},
        {"price": eur(MAX_MINOR)},
    ],
)
async def test_the_edges_of_what_is_right_are_right(catalog: CatalogService, right: dict[str, Any]) -> None:
    wish: CreateProduct = replace(a_wish(), **right)
    product = await catalog.create_product(wish, ORIGIN)
    assert {name: getattr(product, name) for name in right} == right


async def test_lines_are_priced_in_their_order(catalog: CatalogService) -> None:
    await catalog.create_product(a_wish("p1", "LAMP", eur(1999)), ORIGIN)
    await catalog.create_product(a_wish("p2", "ROPE", eur(5)), ORIGIN)
    priced = await catalog.price_lines(lines_of(ROPE=1000, LAMP=2))
    assert priced.lines == (
        PricedLine(sku="ROPE", name="Reading lamp", quantity=1000, unit_price=eur(5)),
        PricedLine(sku="LAMP", name="Reading lamp", quantity=2, unit_price=eur(1999)),
    )
    assert priced.total == eur(8998)


async def test_every_line_that_is_not_on_sale_is_named(catalog: CatalogService, store: MemoryProductStore) -> None:
    await store.insert(a_product("p1"), [])
    await store.insert(a_product("p2", active=False), [])
    with pytest.raises(NotFound) as refused:
        await catalog.price_lines(lines_of(**{"GLUE": 1, "SKU-p1": 1, "SKU-p2": 1, "\ud800": 1}))
    assert [problem.path for problem in refused.value.problems] == [
        ("lines", "0", "sku"),
        ("lines", "2", "sku"),
        ("lines", "3", "sku"),
    ]
    assert {problem.code for problem in refused.value.problems} == {"NOT_FOUND"}


async def test_an_order_has_one_currency(catalog: CatalogService) -> None:
    for product_id, currency in (("p1", "EUR"), ("p2", "EUR"), ("p3", "USD"), ("p4", "JPY")):
        await catalog.create_product(a_wish(product_id, product_id, Money(minor=1, currency=currency)), ORIGIN)
    with pytest.raises(Invalid) as refused:
        await catalog.price_lines(lines_of(p1=1, p2=1, p3=1, p4=1))
    assert refused.value.problems[0].path == ("lines", "2", "sku")


@pytest.mark.parametrize("lines", [lines_of(p1=2), lines_of(p1=1, p2=1), lines_of(p1=1000, p2=1000)])
async def test_a_total_beyond_the_largest_amount_is_invalid(catalog: CatalogService, lines: PriceLines) -> None:
    await catalog.create_product(a_wish("p1", "p1", eur(MAX_MINOR)), ORIGIN)
    await catalog.create_product(a_wish("p2", "p2", eur(1)), ORIGIN)
    with pytest.raises(Invalid) as refused:
        await catalog.price_lines(lines)
    assert refused.value.problems[0].path == ("lines",)
    assert (await catalog.price_lines(lines_of(p1=1))).total == eur(MAX_MINOR)


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        (lines_of(), ("lines",)),
        (lines_of(**{f"S{number}": 1 for number in range(101)}), ("lines",)),
        (lines_of(LAMP=1, ROPE=0), ("lines", "1", "quantity")),
        (lines_of(LAMP=1001), ("lines", "0", "quantity")),
    ],
)
async def test_lines_that_can_never_be_right_are_invalid(
    catalog: CatalogService, lines: PriceLines, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await catalog.price_lines(lines)
    assert refused.value.problems[0].path == path


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (ProductQuery(first=0), ("first",)),
        (ProductQuery(first=101), ("first",)),
        (ProductQuery(after="x"), ("after",)),
        (ProductQuery(after="x" * 5000), ("after",)),
        (ProductQuery(category="c\x00"), ("filter", "category")),
        (ProductQuery(search="s\x00"), ("filter", "search")),
        (ProductQuery(search="s" * 201), ("filter", "search")),
        (ProductQuery(search="a b c d e f g h i j k"), ("filter", "search")),
    ],
)
async def test_a_page_that_can_never_be_right_is_invalid(
    catalog: CatalogService, query: ProductQuery, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await catalog.list_products(query)
    assert refused.value.problems[0].path == path
    with pytest.raises(Invalid):
        await catalog.count_products(query)


async def test_ids_that_cannot_be_are_unknown(catalog: CatalogService) -> None:
    await catalog.create_product(a_wish(), ORIGIN)
    assert [product.id for product in await catalog.products_by_id(["p1", "p1", "\ud800", ""])] == ["p1"]
    assert [product.id for product in await catalog.products_by_sku(["LAMP", "\x00", "LAMP"])] == ["p1"]
