"""What fails inside stays inside: codes and roles leave, drivers' words, hosts and tracebacks do not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from services.shared.errors import Unavailable
from tests.gateway.world import PLACE, World, order_input

SECRET = "mongodb://admin:hunter2@db-3.internal:27017 ServerSelectionTimeoutError"
DEFECT = RuntimeError(SECRET)
DOWN = Unavailable("database", SECRET)
PRODUCTS = "{ products { totalCount } }"
STOCK = '{ product(sku: "ink") { sku stock { available } } }'
ADJUST = 'mutation { adjustStock(sku: "ink", delta: 1, reason: "x") { stock { onHand } errors { code } } }'

CASES: list[tuple[str, str, str, str]] = [
    ("catalog", "list_products", PRODUCTS, "products"),
    ("inventory", "stock_of", STOCK, "product.stock"),
    ("inventory", "adjust_stock", ADJUST, "adjustStock"),
    ("users", "visible_users", "{ me { id } }", "me"),
    ("orders", "list_orders", "{ orders { edges { cursor } } }", "orders"),
]


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What is logged meanwhile."""
    with capture_logs() as entries:
        yield entries


@pytest.mark.parametrize(("fault", "code"), [(DEFECT, "INTERNAL"), (DOWN, "UNAVAILABLE")])
@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
async def test_a_failure_is_told_by_its_code_alone(
    world: World, case: tuple[str, str, str, str], fault: Exception, code: str
) -> None:
    service, operation, query, path = case
    world.shop.watched[service].faults[operation] = fault
    answer = await world.ask(query, {}, "ops")
    (error,) = answer["errors"]
    error["extensions"].pop("standIn", None)
    assert (error["extensions"], ".".join(error["path"])) == ({"code": code}, path)
    leaks_nothing(answer)


def leaks_nothing(answer: dict[str, Any]) -> None:
    text = json.dumps(answer)
    for secret in ("hunter2", "internal", "Timeout", "Traceback", "RuntimeError", ".py", "mongodb"):
        assert secret not in text, secret


async def test_a_defect_in_the_saga_is_masked(world: World) -> None:
    world.shop.watched["inventory"].faults["hold_stock"] = DEFECT
    answer = await world.ask(PLACE, {"input": order_input()}, "mia")
    assert answer["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert answer["data"] is None
    leaks_nothing(answer)


async def test_a_defect_is_logged_without_what_the_client_sent(world: World, logged: list[EventDict]) -> None:
    world.shop.watched["users"].faults["login"] = DEFECT
    query = 'mutation { login(input: {email: "mia@example.org", password: "open sesame!"}) { accessToken } }'
    answer = await world.ask(query)
    assert answer["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert logged == [{"event": "internal error", "exc_info": DEFECT, "log_level": "error"}]


async def test_an_answer_that_breaks_the_schema_is_our_fault_and_masked(world: World) -> None:
    nameless = replace(world.shop.products.products["ink"], name=None)  # type: ignore[arg-type] # broken on purpose
    world.shop.products.products["ink"] = nameless
    answer = await world.ask('{ product(sku: "ink") { name } }')
    assert answer["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert answer["data"] == {"product": None}


async def test_a_value_that_the_schema_cannot_hold_is_our_fault_and_masked(world: World) -> None:
    world.shop.stock.stock["ink"] = replace(world.shop.stock.stock["ink"], on_hand=2**40)
    answer = await world.ask('{ product(sku: "ink") { stock { onHand } } }')
    assert answer["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert str(2**40) not in json.dumps(answer)


async def test_the_rest_of_an_answer_survives_a_failure(world: World) -> None:
    order_id = await world.placed()
    world.shop.watched["payments"].faults["visible_payments"] = DOWN
    answer = await world.ask(f'{{ order(id: "{order_id}") {{ status payment {{ status }} }} }}', {}, "mia")
    assert answer["data"]["order"] == {"status": "CONFIRMED", "payment": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
