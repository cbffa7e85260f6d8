"""Who changes something sees it at once, whatever was kept: each mutation against answers to each query."""

import json
from typing import Any

import pytest

from gateway.caching.changes import CHANGES
from gateway.schema import build_schema
from services.shared.errors import Unavailable
from tests.caching.counter import Counter
from tests.gateway.matrix import EXPECTED, OPERATIONS, operation
from tests.gateway.world import PLACE, order_input

PRODUCT = "id sku name description categories active price { amount } stock { onHand reserved available }"
ORDER = "id status total { amount } history { status } payment { status } customer { name preferences { promotional } }"

QUERIES: dict[str, str] = {
    "me": "{ me { id roles preferences { promotional recommendations } } }",
    "a product": f'{{ product(sku: "ink") {{ {PRODUCT} }} }}',
    "a product by its id": f'{{ product(id: "pen") {{ {PRODUCT} }} }}',
    "a product that is yet to come": '{ product(sku: "quill") { name stock { available } } }',
    "all products": f"{{ products {{ totalCount edges {{ node {{ {PRODUCT} }} }} }} }}",
    "products without stock": "{ products { totalCount edges { node { sku name active } } } }",
    "products of a name": '{ products(filter: {search: "blue"}) { totalCount edges { node { sku } } } }',
    "orders": f"{{ orders {{ edges {{ node {{ {ORDER} lines {{ sku product {{ active }} }} }} }} }} }}",
    "cancelled orders": "{ orders(status: CANCELLED) { edges { node { id } } } }",
    "an order": f"query Q($order: ID!) {{ order(id: $order) {{ {ORDER} }} }}",
    "recommendations": "{ recommendations { product { sku stock { available } } } }",
    "what is bought together": '{ product(sku: "ink") { boughtTogether { product { sku } } } }',
}

CHANGING = {
    "cancelOrder": "an order",
    "shipOrder": "an order",
    "placeOrder": "orders",
    "createProduct": "a product that is yet to come",
    "updateProduct": "products of a name",
    "archiveProduct": "products without stock",
    "adjustStock": "a product",
    "setRoles": "me",
    "updatePreferences": "me",
}
"""Mutations that change what answers show, each with one that shows it."""


def actor_of(mutation: str) -> str:
    """Who may do it: mia where she may, else OPS, else ADMIN."""
    row = EXPECTED[f"Mutation.{mutation}"]
    return next(
        (caller for caller in ("mia", "ops", "admin") if row[caller] not in {"FORBIDDEN", "UNAUTHENTICATED"}), "admin"
    )


async def all_of(counter: Counter, order: dict[str, Any]) -> dict[str, Any]:
    return {name: (await counter.ask(query, order, "mia")).data for name, query in QUERIES.items()}


@pytest.mark.parametrize("mutation", sorted(CHANGES))
async def test_after_a_mutation_every_answer_is_as_without_a_cache(counter: Counter, mutation: str) -> None:
    query, variables = await operation(counter.world, f"Mutation.{mutation}")
    order_id = (await counter.ask("{ orders { edges { node { id } } } }", caller="mia")).data["orders"]["edges"]
    order = {"order": order_id[0]["node"]["id"]}
    before = await all_of(counter, order)
    assert (await counter.ask(QUERIES["all products"], caller="mia")).is_hit
    await counter.ask(query, variables, actor_of(mutation))
    kept = await all_of(counter, order)
    await counter.store.clear()
    assert kept == await all_of(counter, order)
    if mutation in CHANGING:
        assert kept[CHANGING[mutation]] != before[CHANGING[mutation]], (
            "nothing was changed that a kept answer could miss"
        )


async def test_stock_that_changes_leaves_the_answers_that_do_not_show_it(counter: Counter) -> None:
    for name in ("products without stock", "a product by its id", "me"):
        await counter.ask(QUERIES[name], caller="mia")
    await counter.ask(*OPERATIONS["Mutation.adjustStock"], caller="ops")
    for name in ("products without stock", "a product by its id", "me"):
        assert (await counter.ask(QUERIES[name], caller="mia")).is_hit, name


async def test_what_is_refused_drops_nothing(counter: Counter) -> None:
    await counter.ask(QUERIES["all products"])
    refused = await counter.ask(PLACE, {"input": order_input(lines=[])}, "mia")
    assert refused.data["placeOrder"]["errors"]
    denied = await counter.ask(*OPERATIONS["Mutation.adjustStock"], caller="mia")
    assert denied.errors
    assert (await counter.ask(QUERIES["all products"])).is_hit


async def test_what_may_have_happened_drops_as_if_it_had(counter: Counter) -> None:
    await counter.ask(QUERIES["a product"])
    inventory = counter.world.shop.watched["inventory"]
    inventory.faults["adjust_stock"] = Unavailable("inventory")
    answer = await counter.ask(*OPERATIONS["Mutation.adjustStock"], caller="ops")
    assert answer.errors[0]["extensions"]["code"] == "UNAVAILABLE"
    assert not (await counter.ask(QUERIES["a product"])).is_hit


async def test_it_is_dropped_before_the_client_is_answered(counter: Counter) -> None:
    """And several mutations of one request in one step."""
    dropped: list[set[str]] = []
    inner = counter.cache.drop

    async def drop(tags: Any) -> None:  # noqa: ANN401 (as the port has it)
        dropped.append(set(tags))
        await inner(tags)

    counter.cache.drop = drop  # type: ignore[method-assign]
    two = """mutation {
      a: adjustStock(sku: "ink", delta: 1, reason: "found") { errors { code } }
      b: adjustStock(sku: "pen", delta: 1, reason: "found") { errors { code } } }"""
    await counter.ask(two, caller="ops")
    assert dropped == [{"stock:ink", "stock:pen"}]


def test_every_mutation_says_what_it_changes() -> None:
    mutation = build_schema().mutation_type
    assert mutation
    assert set(CHANGES) == set(mutation.fields)


async def test_texts_that_nothing_can_be_named_by_are_answered_as_ever(counter: Counter) -> None:
    body = {"query": 'mutation { adjustStock(sku: "\\n", delta: 1, reason: "x") { errors { code path } } }'}
    headers = {"content-type": "application/json", "authorization": f"Bearer {counter.world.tokens['ops']}"}
    sent = await counter.world.wire.send("POST", "/graphql", json.dumps(body).encode(), headers)
    assert sent.json["data"]["adjustStock"]["errors"][0]["path"] == ["sku"]
