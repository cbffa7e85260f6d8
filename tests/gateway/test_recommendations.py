"""What shoppers see recommended: theirs, with reasons, and never what cannot be bought at this moment."""

from typing import Any

import pytest

from services.recommendations.models import Rule
from services.shared.errors import Unavailable
from tests.gateway.matrix import code_in
from tests.gateway.suggestions import suggested
from tests.gateway.world import World

OFFERS = """query R($first: Int = 10) { recommendations(first: $first) {
  product { sku name stock { available } } score rule reason } }"""
COMPANY = '{ product(sku: "ink") { boughtTogether(first: 2) { product { sku } score rule reason } } }'
MANY = 50
SOLD_OUT = """mutation S($sku: String!, $delta: Int!) {
  adjustStock(sku: $sku, delta: $delta, reason: "sold in the street") { stock { available } errors { code } } }"""


async def offered(world: World, caller: str = "anonymous", **variables: Any) -> list[str]:  # noqa: ANN401 (JSON)
    """The SKUs that a caller is shown."""
    answer = await world.ask(OFFERS, variables, caller)
    assert "errors" not in answer
    return [offer["product"]["sku"] for offer in answer["data"]["recommendations"]]


async def sell_out(world: World, *skus: str) -> None:
    """Takes all of their stock."""
    for sku in skus:
        answer = await world.ask(SOLD_OUT, {"sku": sku, "delta": -100}, "ops")
        assert answer["data"]["adjustStock"]["stock"] == {"available": 0}


@pytest.fixture
async def shop(world: World) -> World:
    """Everybody is suggested fifty products, mia ink and pen; with ink one buys pens, with a pen ink."""
    await world.shop.stock_up(*(f"s{number}" for number in range(MANY)))
    suggestions = world.shop.suggestions
    suggestions.trending = suggested(f"s{number}" for number in range(MANY))
    suggestions.personal = {
        world.ids["mia"]: suggested(["pen"], Rule.BUY_AGAIN, "You bought this 4 times")
        + suggested(["ink"], Rule.BOUGHT_TOGETHER, "Often bought with Pen")
    }
    suggestions.together = {
        "ink": suggested(["s1", "pen", "s2"], Rule.BOUGHT_TOGETHER, "Often bought with Ink"),
        "pen": suggested(["ink"], Rule.BOUGHT_TOGETHER, "Often bought with Pen"),
    }
    world.forget()
    return world


async def test_a_customer_is_shown_their_own_with_the_rule_and_a_reason_and_nobody_elses(shop: World) -> None:
    answer = await shop.ask(OFFERS, {}, "mia")
    assert answer["data"]["recommendations"] == [
        {
            "product": {"sku": sku, "name": sku.title(), "stock": {"available": 100}},
            "score": 1.0,
            "rule": rule,
            "reason": reason,
        }
        for sku, rule, reason in (
            ("pen", "BUY_AGAIN", "You bought this 4 times"),
            ("ink", "BOUGHT_TOGETHER", "Often bought with Pen"),
        )
    ]
    for other in ("ben", "ops", "anonymous"):
        assert await offered(shop, other, first=2) == ["s0", "s1"], other


async def test_ten_are_shown_unless_one_says_how_many(shop: World) -> None:
    assert await offered(shop) == [f"s{number}" for number in range(10)]
    assert await offered(shop, first=None) == [f"s{number}" for number in range(10)]
    assert await offered(shop, first=3) == ["s0", "s1", "s2"]
    assert await offered(shop, first=100) == [f"s{number}" for number in range(MANY)]


async def test_what_is_sold_out_is_not_shown_and_the_next_comes_in_its_place(shop: World) -> None:
    await sell_out(shop, "s0", "s2")
    assert await offered(shop, first=3) == ["s1", "s3", "s4"]


async def test_what_is_archived_or_gone_or_without_stock_is_not_shown(shop: World) -> None:
    shop.shop.archive("s0")
    del shop.shop.products.products["s1"]
    shop.shop.suggestions.trending = suggested(["never-made", "s0", "s1", "s2"])
    assert await offered(shop) == ["s2"]


async def test_what_one_buyer_takes_at_this_moment_is_shown_to_nobody_in_the_next(shop: World) -> None:
    assert await offered(shop, first=1) == ["s0"]
    await shop.placed("mia", lines=[{"sku": "s0", "quantity": 100}])
    assert await offered(shop, first=1) == ["s1"]


async def test_many_that_are_sold_out_leave_room_for_all_that_are_not(shop: World) -> None:
    await sell_out(shop, *(f"s{number}" for number in range(45)))
    shop.forget()
    assert await offered(shop, first=5) == ["s45", "s46", "s47", "s48", "s49"]
    assert shop.called() == {
        "recommendations.recommendations_of": 2,
        "catalog.products_by_sku": 2,
        "inventory.stock_of": 2,
    }


@pytest.mark.parametrize("first", [1, MANY])
async def test_however_many_are_shown_it_is_three_calls(shop: World, first: int) -> None:
    assert len(await offered(shop, first=first)) == first
    calls = {"recommendations.recommendations_of": 1, "catalog.products_by_sku": 1, "inventory.stock_of": 1}
    assert shop.called() == calls


@pytest.mark.parametrize("first", [0, 101])
@pytest.mark.parametrize("place", ["{{ recommendations({}) {{ score }} }}", COMPANY.replace("first: 2", "{}")])
async def test_another_number_than_there_may_be_is_refused(shop: World, first: int, place: str) -> None:
    query = place.format(f"first: {first}") if place.startswith("{{") else place.replace("{}", f"first: {first}")
    answer = await shop.ask(query)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["first"]}
    assert shop.called() == {}


async def test_a_product_has_company_that_can_be_bought(shop: World) -> None:
    await sell_out(shop, "s1")
    answer = await shop.ask(COMPANY)
    assert answer["data"]["product"]["boughtTogether"] == [
        {"product": {"sku": sku}, "score": score, "rule": "BOUGHT_TOGETHER", "reason": "Often bought with Ink"}
        for sku, score in (("pen", 1 / 2), ("s2", 1 / 3))
    ]
    alone = await shop.ask('{ product(sku: "s7") { boughtTogether { score } } }')
    assert alone["data"]["product"]["boughtTogether"] == []


async def test_company_of_company_is_a_round_of_calls_a_level(shop: World) -> None:
    inner = "boughtTogether { product { sku } }"
    answer = await shop.ask(f'{{ product(sku: "pen") {{ boughtTogether {{ product {{ {inner} }} }} }} }}')
    (ink,) = answer["data"]["product"]["boughtTogether"]
    assert len(ink["product"]["boughtTogether"]) == 3
    assert shop.called()["recommendations.bought_together"] == 2


async def test_different_numbers_of_company_are_each_as_asked(shop: World) -> None:
    query = """{ product(sku: "ink") { one: boughtTogether(first: 1) { product { sku } }
      all: boughtTogether { product { sku } } } }"""
    answer = await shop.ask(query)
    one, every = (answer["data"]["product"][name] for name in ("one", "all"))
    assert [offer["product"]["sku"] for offer in one] == ["s1"]
    assert [offer["product"]["sku"] for offer in every] == ["s1", "pen", "s2"]
    assert shop.called()["recommendations.bought_together"] == 1


@pytest.mark.parametrize("service", ["recommendations", "catalog", "inventory"])
async def test_without_who_must_be_asked_nothing_is_shown_rather_than_what_may_be_sold_out(
    shop: World, service: str
) -> None:
    shop.shop.watched[service].away = Unavailable(service)
    alone = await shop.ask("{ recommendations { score } }")
    assert (alone["data"], code_in(alone)) == (None, "UNAVAILABLE")
    beside = await shop.ask("{ recommendations { score } me { name } }", {}, "mia")
    assert beside["data"] == {"recommendations": [], "me": {"name": "Mia"}}
    assert [(error["path"], error["extensions"]) for error in beside["errors"]] == [
        (["recommendations"], {"code": "UNAVAILABLE", "standIn": True})
    ]


@pytest.mark.parametrize("service", ["recommendations", "inventory"])
async def test_a_product_is_shown_though_its_company_is_not_known(shop: World, service: str) -> None:
    shop.shop.watched[service].away = Unavailable(service)
    answer = await shop.ask('{ product(sku: "ink") { name boughtTogether { score } } }')
    assert answer["data"]["product"] == {"name": "Ink", "boughtTogether": []}
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["product", "boughtTogether"], {"code": "UNAVAILABLE", "standIn": True})
    ]


async def test_a_price_and_a_name_are_those_of_this_moment(shop: World) -> None:
    await shop.ask('mutation { updateProduct(id: "s0", input: {name: "New name"}) { errors { code } } }', {}, "ops")
    answer = await shop.ask("{ recommendations(first: 1) { product { name } } }")
    assert answer["data"]["recommendations"] == [{"product": {"name": "New name"}}]
