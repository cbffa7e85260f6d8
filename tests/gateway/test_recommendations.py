"""What shoppers see recommended: theirs, with reasons, and never what cannot be bought at this moment."""

import re
from typing import Any

import pytest

from services.recommendations.models import Basis, Rule
from services.shared.errors import Unavailable
from tests.gateway.matrix import code_in
from tests.gateway.world import World

OFFERS = """query R($first: Int = 10) { recommendations(first: $first) {
  product { sku name stock { available } } score rule reason } }"""
COMPANY = '{ product(sku: "ink") { boughtTogether(first: 2) { product { sku } score rule reason } } }'
MANY = 50
TRENDING = [f"s{number}" for number in range(MANY)]
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
    """Fifty products trend; mia is to be shown pen and ink before them."""
    await world.shop.stock_up(*TRENDING)
    await world.shop.past.trends(TRENDING)
    world.shop.past.list_for(
        world.ids["mia"],
        ("pen", Rule.BUY_AGAIN, Basis(orders=4)),
        ("ink", Rule.BOUGHT_TOGETHER, Basis(orders=3, of=5, sku="s1")),
    )
    world.forget()
    return world


@pytest.fixture
async def neighbours(shop: World) -> World:
    """With ink others bought s1, pens and s2, in this order; with pens, ink alone."""
    await shop.shop.past.bought({("ink", "s1"): 90, ("ink", "pen"): 40, ("ink", "s2"): 2})
    shop.forget()
    return shop


async def test_a_customer_is_shown_their_own_with_the_rule_and_a_reason_and_nobody_elses(shop: World) -> None:
    answer = await shop.ask(OFFERS, {"first": 2}, "mia")
    assert answer["data"]["recommendations"] == [
        {
            "product": {"sku": sku, "name": sku.title(), "stock": {"available": 100}},
            "score": score,
            "rule": rule,
            "reason": reason,
        }
        for sku, score, rule, reason in (
            ("pen", 1.0, "BUY_AGAIN", "You bought this 4 times"),
            ("ink", 0.5, "BOUGHT_TOGETHER", "Often bought with S1"),
        )
    ]
    for other in ("ben", "ops", "anonymous"):
        assert await offered(shop, other, first=2) == ["s0", "s1"], other


async def test_ten_are_shown_unless_one_says_how_many(shop: World) -> None:
    assert await offered(shop) == TRENDING[:10]
    assert await offered(shop, first=None) == TRENDING[:10]
    assert await offered(shop, first=3) == TRENDING[:3]
    assert await offered(shop, first=100) == TRENDING


async def test_what_is_sold_out_is_not_shown_and_the_next_comes_in_its_place(shop: World) -> None:
    await sell_out(shop, "s0", "s2")
    assert await offered(shop, first=3) == ["s1", "s3", "s4"]


async def test_what_is_archived_or_gone_or_without_stock_is_not_shown(shop: World) -> None:
    shop.shop.archive("s0")
    del shop.shop.products.products["s1"]
    await shop.shop.past.bought({("never-made",): 500})
    del shop.shop.stock.stock["s2"]
    assert await offered(shop, first=2) == ["s3", "s4"]


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


async def test_a_product_has_company_that_can_be_bought(neighbours: World) -> None:
    shop = neighbours
    await sell_out(shop, "s1")
    company = (await shop.ask(COMPANY))["data"]["product"]["boughtTogether"]
    assert [offer["product"]["sku"] for offer in company] == ["pen", "s2"]
    assert {(offer["rule"], offer["reason"]) for offer in company} == {("BOUGHT_TOGETHER", "Often bought with Ink")}
    assert company[0]["score"] > company[1]["score"] > 0
    alone = await shop.ask('{ product(sku: "s7") { boughtTogether { score } } }')
    assert alone["data"]["product"]["boughtTogether"] == []


async def test_company_of_company_is_a_round_of_calls_a_level(neighbours: World) -> None:
    shop = neighbours
    inner = "boughtTogether { product { sku } }"
    answer = await shop.ask(f'{{ product(sku: "pen") {{ boughtTogether {{ product {{ {inner} }} }} }} }}')
    (ink,) = answer["data"]["product"]["boughtTogether"]
    assert len(ink["product"]["boughtTogether"]) == 3
    assert shop.called()["recommendations.bought_together"] == 2


async def test_different_numbers_of_company_are_each_as_asked(neighbours: World) -> None:
    shop = neighbours
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
async def test_a_product_is_shown_though_its_company_is_not_known(neighbours: World, service: str) -> None:
    shop = neighbours
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


async def test_recommendations_are_counted_by_their_rule(shop: World) -> None:
    before = await served(shop)
    await offered(shop, "mia", first=3)
    now = await served(shop)
    told = {rule: number - before.get(rule, 0) for rule, number in now.items()}
    assert told == {"BUY_AGAIN": 1, "BOUGHT_TOGETHER": 1, "TRENDING": 1}


async def served(world: World) -> dict[str, float]:
    """What the gateway has counted."""
    page = (await world.wire.send("GET", "/metrics")).body.decode()
    name = r'caravan_recommendations_served_total{rule="(\w+)"} (\S+)'
    return {rule: float(number) for rule, number in re.findall(name, page)}
