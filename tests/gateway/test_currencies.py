"""What the gateway remembers of currencies: asked once, forgotten in time, and never the ground of a refusal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.currencies import KEPT_FOR, Currencies
from services.shared.money import Money
from tests.gateway.shop import Shop
from tests.gateway.world import RULES


@pytest.fixture
async def shop() -> Shop:
    """Sells ink, pen, pad for EUR, and quill for USD."""
    shop = Shop(RULES)
    await shop.stock_up("ink", "pen", "pad", "quill")
    sold_for(shop, "quill", "USD")
    shop.counted()
    return shop


def sold_for(shop: Shop, sku: str, currency: str) -> None:
    product = shop.products.products[sku]
    shop.products.products[sku] = replace(product, price=Money(minor=1, currency=currency))


def asked(shop: Shop) -> int:
    return shop.counted().get("catalog.products_by_sku", 0)


async def test_what_was_asked_is_remembered_for_a_minute(shop: Shop) -> None:
    currencies = Currencies(shop.catalog, shop.clock)
    assert await currencies.first_other(["ink", "pen"]) is None
    shop.clock.advance(KEPT_FOR - timedelta(seconds=1))
    assert await currencies.first_other(["pen", "ink"]) is None
    assert asked(shop) == 1
    shop.clock.advance(timedelta(seconds=1))
    assert await currencies.first_other(["ink", "pen"]) is None
    assert asked(shop) == 1


@pytest.mark.parametrize(
    ("skus", "other"),
    [(["ink", "quill"], 1), (["quill", "ink", "pen"], 1), (["ink", "pen", "quill"], 2), (["quill"], None), ([], None)],
)
async def test_the_first_that_differs_is_named(shop: Shop, skus: list[str], other: int | None) -> None:
    assert await Currencies(shop.catalog, shop.clock).first_other(skus) == other


async def test_a_refusal_rests_on_what_is_so_now(shop: Shop) -> None:
    currencies = Currencies(shop.catalog, shop.clock)
    assert await currencies.first_other(["ink", "quill"]) == 1
    sold_for(shop, "quill", "EUR")
    assert await currencies.first_other(["ink", "quill"]) is None
    shop.archive("quill")
    sold_for(shop, "ink", "USD")
    assert await currencies.first_other(["ink", "pen"]) is None, "known as EUR for a minute; the workflow refuses it"


async def test_what_is_not_on_sale_is_not_remembered(shop: Shop) -> None:
    currencies = Currencies(shop.catalog, shop.clock)
    shop.archive("pen")
    for _ in range(2):
        assert await currencies.first_other(["ink", "quill", "pen"]) is None
        assert await currencies.first_other(["ink", "quill", "nothing"]) is None
    assert asked(shop) == 4


async def test_what_nobody_asked_for_lately_is_forgotten_first(shop: Shop) -> None:
    currencies = Currencies(shop.catalog, shop.clock, most=2)
    await currencies.first_other(["ink", "pen"])
    await currencies.first_other(["ink"])
    await currencies.first_other(["pad"])
    assert asked(shop) == 2
    await currencies.first_other(["ink", "pad"])
    assert asked(shop) == 0
    await currencies.first_other(["pen"])
    assert asked(shop) == 1
