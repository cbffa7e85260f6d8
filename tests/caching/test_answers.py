"""What a client sees of kept answers: the same as without, sooner; and what is never kept."""

import asyncio
import json
from typing import Any

import pytest

from gateway.errors import RateLimited
from services.infra.settings import Profile
from services.shared.errors import Unavailable
from tests.caching.counter import ORDERS, PAGE, STOCK, Counter, Seen, opened
from tests.gateway.edge.test_deadlines import hang
from tests.gateway.world import JSON


async def test_the_second_answer_is_the_first_one_again_and_asks_no_service(counter: Counter) -> None:
    first = await counter.ask(STOCK)
    counter.world.forget()
    counter.seconds += 3
    second = await counter.ask(STOCK)
    assert (first.status, second.status) == ("fwd=uri-miss; stored; ttl=10", "hit; ttl=7")
    assert (first.response.headers.get("age"), second.response.headers["age"]) == (None, "3")
    assert second.data == first.data
    assert counter.world.called() == {}


async def test_an_answer_says_what_it_costs_kept_or_not_and_in_development_where_it_is_from(counter: Counter) -> None:
    answers = [(await counter.ask(PAGE)).response.json for _ in range(2)]
    assert answers[0]["extensions"]["cost"] == answers[1]["extensions"]["cost"]
    assert [answer["extensions"]["cache"]["source"] for answer in answers] == ["miss", "hit"]
    assert answers[1]["extensions"]["cache"]["freshFor"] == 60


async def test_in_production_an_answer_does_not_say_where_it_is_from() -> None:
    counter = await opened(profile=Profile.PRODUCTION)
    answers = [(await counter.ask(PAGE)).response for _ in range(2)]
    assert [list(answer.json["extensions"]) for answer in answers] == [["cost"], ["cost"]]
    assert answers[1].headers["cache-status"].startswith("caravan; hit")


class Purse:
    """Points for so many requests."""

    def __init__(self, requests: int) -> None:
        self.left = requests

    async def spend(self, identity: str, cost: int) -> None:
        assert (identity, cost > 0) == ("address:127.0.0.1", True)
        self.left -= 1
        if self.left < 0:
            raise RateLimited(7)


@pytest.mark.parametrize("requests", [0, 1])
async def test_who_has_no_points_left_is_given_nothing_kept_or_not(requests: int) -> None:
    counter = await opened(budget=Purse(requests))
    for _ in range(requests):
        assert (await counter.ask(PAGE)).is_stored
    counter.world.forget()
    refused = (await counter.ask(PAGE)).response
    assert ("data" in refused.json, refused.headers["retry-after"]) == (False, "7")
    assert counter.world.called() == {}


async def test_the_same_words_are_judged_anew_for_each_caller(counter: Counter) -> None:
    """What is remembered of a request is what it asks, never who asks."""
    await counter.world.placed("mia")
    answers = {caller: (await counter.ask(ORDERS, caller=caller)) for caller in ("mia", "ben", "anonymous", "mia")}
    assert len(answers["mia"].data["orders"]["edges"]) == 1
    assert answers["ben"].data["orders"]["edges"] == []
    assert answers["anonymous"].errors[0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_who_leaves_ends_what_is_computed_for_nobody_else(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, gone = hang(monkeypatch, counter.world.backends.catalog, "list_products"), asyncio.Event()
    body = json.dumps({"query": PAGE}).encode()
    async with asyncio.timeout(10):
        asked = asyncio.create_task(counter.world.wire.send("POST", "/graphql", body, JSON, gone))
        await hanging.asked.wait()
        gone.set()
        await hanging.cancelled.wait()
        assert (await asked).status == 408


async def test_who_leaves_takes_nothing_from_whoever_waits_for_the_same(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, gone = hang(monkeypatch, counter.world.backends.catalog, "list_products"), asyncio.Event()
    body = json.dumps({"query": PAGE}).encode()
    async with asyncio.timeout(10):
        asked = asyncio.create_task(counter.world.wire.send("POST", "/graphql", body, JSON, gone))
        await hanging.asked.wait()
        other = asyncio.create_task(counter.ask(PAGE))
        gone.set()
        assert (await asked).status == 408
        hanging.may_answer.set()
        assert len((await other).data["products"]["edges"]) == 2
    assert not hanging.cancelled.is_set()


async def test_other_names_and_another_order_of_arguments_find_the_same_answer(counter: Counter) -> None:
    await counter.ask("query A($n: Int) { products(first: $n, sort: NAME) { edges { cursor } } }", {"n": 2})
    other = "query B($size: Int! = 2) { products(sort: NAME, first: $size) { ...E } }"
    other += " fragment E on ProductConnection { edges { cursor } }"
    assert (await counter.ask(other)).is_hit
    assert not (await counter.ask(other, {"size": 1})).is_hit


VARIED = "query Q($first: Int, $filter: ProductFilter) { products(first: $first, filter: $filter) { totalCount } }"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({}, {"unused": 1}, True),
        ({"first": 20}, {"first": 20.0}, True),
        ({}, {"first": None}, False),
        ({"filter": {"inStock": True}}, {"filter": {"inStock": True, "includeInactive": False}}, True),
        ({"filter": {"search": "a", "category": "b"}}, {"filter": {"category": "b", "search": "a"}}, True),
        ({"filter": {"search": "a"}}, {"filter": {"category": "a"}}, False),
        ({"filter": {"inStock": True}}, {"filter": {"inStock": False}}, False),
        ({"filter": {}}, {"filter": None}, False),
    ],
)
async def test_variables_count_as_graphql_understands_them(
    counter: Counter, one: dict[str, Any], other: dict[str, Any], *, is_same: bool
) -> None:
    assert (await counter.ask(VARIED, one)).is_stored
    assert (await counter.ask(VARIED, other)).is_hit == is_same


async def test_a_directive_is_decided_by_its_variable(counter: Counter) -> None:
    query = "query Q($x: Boolean!) { products(first: 1) { totalCount edges @include(if: $x) { cursor } } }"
    assert "edges" in (await counter.ask(query, {"x": True})).data["products"]
    assert "edges" not in (await counter.ask(query, {"x": False})).data["products"]
    assert (await counter.ask(query, {"x": True})).is_hit


async def test_of_several_operations_the_one_that_was_meant_is_found(counter: Counter) -> None:
    query = "query A { products { totalCount } } query B { a: products { totalCount } }"

    async def named(name: str) -> Seen:
        body = json.dumps({"query": query, "operationName": name}).encode()
        return Seen(await counter.world.wire.send("POST", "/graphql", body, JSON))

    assert [list((await named(name)).data) for name in "ABAB"] == [["products"], ["a"]] * 2
    assert (await named("B")).is_hit


async def test_a_get_finds_what_a_post_has_made(counter: Counter) -> None:
    await counter.ask("{ products { totalCount } }")
    headers = {"graphql-require-preflight": "1"}
    target = "/graphql?query=%7B%20products%20%7B%20totalCount%20%7D%20%7D"
    assert Seen(await counter.world.wire.send("GET", target, headers=headers)).is_hit


@pytest.mark.parametrize("service", ["catalog", "inventory"])
async def test_an_answer_with_a_gap_is_not_kept(counter: Counter, service: str) -> None:
    counter.world.shop.watched[service].away = Unavailable(service)
    with_gap = "{ me { id } " + STOCK.removeprefix("{")
    assert not (await counter.ask(with_gap)).is_stored
    counter.world.shop.watched[service].away = None
    healed = await counter.ask(with_gap)
    assert (healed.is_hit, healed.errors) == (False, [])


@pytest.mark.parametrize(
    ("query", "caller"),
    [
        ('{ order(id: "none") { id } }', "mia"),
        (ORDERS, "anonymous"),
        ("{ products(filter: {includeInactive: true}) { totalCount } }", "mia"),
        ('{ products(after: "nonsense") { totalCount } }', "mia"),
        ('{ product(sku: "ink", id: "ink") { id } }', "anonymous"),
        ('{ a: product(sku: "ink") { id } order(id: "none") { id } }', "mia"),
    ],
)
async def test_an_answer_with_an_error_is_not_kept(counter: Counter, query: str, caller: str) -> None:
    answers = [await counter.ask(query, caller=caller) for _ in range(2)]
    assert [answer.is_hit or answer.is_stored for answer in answers] == [False, False]
    assert answers[0].errors == answers[1].errors != []


async def test_an_older_answer_is_given_where_a_service_that_made_it_is_away_now(counter: Counter) -> None:
    first = await counter.ask(STOCK)
    counter.world.shop.watched["inventory"].away = Unavailable("inventory")
    counter.seconds += 30
    later = await counter.ask(STOCK)
    assert (later.data, later.errors, later.status) == (first.data, [], "hit; ttl=-20")
    counter.seconds += 60
    assert (await counter.ask(STOCK)).errors != []


async def test_what_is_one_callers_own_is_not_given_past_its_age(counter: Counter) -> None:
    await counter.world.placed()
    assert (await counter.ask(ORDERS, caller="mia")).is_stored
    counter.seconds += 10.1
    counter.world.shop.watched["orders"].away = Unavailable("orders")
    assert (await counter.ask(ORDERS, caller="mia")).errors != []


@pytest.mark.parametrize("caller", ["ops", "admin"])
@pytest.mark.parametrize(
    "query", [PAGE, ORDERS, "{ me { id } }", "{ products(filter: {includeInactive: true}) { totalCount } }"]
)
async def test_who_runs_the_shop_sees_it_as_it_is(counter: Counter, caller: str, query: str) -> None:
    await counter.ask(query, caller="mia")
    answers = [await counter.ask(query, caller=caller) for _ in range(2)]
    assert [answer.status for answer in answers] == ["fwd=bypass"] * 2


@pytest.mark.parametrize(
    "query", ["{ __typename }", "{ products { totalCount } __schema { queryType { name } } }", "{ me { id } }"]
)
async def test_what_needs_no_service_or_tells_of_the_schema_is_not_kept(counter: Counter, query: str) -> None:
    answers = [await counter.ask(query) for _ in range(2)]
    assert not any(answer.is_hit or answer.is_stored for answer in answers)


async def test_a_mutation_says_that_no_cache_was_asked(counter: Counter) -> None:
    assert (await counter.ask('mutation { logout(refreshToken: "1") { errors { code } } }')).status == "fwd=method"


async def test_answers_are_counted_by_where_they_are_from(counter: Counter) -> None:
    for query, caller in ((PAGE, "anonymous"), (PAGE, "mia"), (PAGE, "ops"), (ORDERS, "mia")):
        await counter.ask(query, caller=caller)
    text = (await counter.world.wire.send("GET", "/metrics")).body.decode()
    found = {
        line.split("{")[1]
        for line in text.splitlines()
        if line.startswith("caravan_cache_answers_total") and not line.endswith(" 0.0")
    }
    assert found == {
        'operation="products",source="miss"} 1.0',
        'operation="products",source="hit"} 1.0',
        'operation="products",source="bypass"} 1.0',
        'operation="orders",source="miss"} 1.0',
    }
