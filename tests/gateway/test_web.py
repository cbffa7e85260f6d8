"""Around the schema: health, readiness, metrics, the explorer page, media types."""

import json
from base64 import b64encode
from hashlib import sha256

import pytest

from services.infra.settings import Profile
from services.shared.errors import Unavailable
from tests.gateway.world import JSON, PLACE, World, build_world, order_input

QUERY = json.dumps({"query": "{ products { totalCount } }"}).encode()


async def test_it_is_alive_whatever_is_missing(world: World) -> None:
    world.sagas.away = True
    assert (await world.wire.send("GET", "/healthz")).status == 200


async def test_it_is_ready_when_everything_answers(world: World) -> None:
    response = await world.wire.send("GET", "/readyz")
    assert (response.status, response.json) == (200, {"status": "ready", "missing": []})


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("catalog", "products_by_id"),
        ("inventory", "stock_of"),
        ("orders", "orders_by_id"),
        ("payments", "payments_of"),
        ("users", "users_by_id"),
    ],
)
async def test_readiness_names_the_service_that_is_missing(world: World, name: str, operation: str) -> None:
    world.shop.watched[name].faults[operation] = Unavailable(name)
    response = await world.wire.send("GET", "/readyz")
    assert (response.status, response.json["missing"]) == (503, [name])


async def test_readiness_names_temporal(world: World) -> None:
    world.sagas.away = True
    response = await world.wire.send("GET", "/readyz")
    assert (response.status, response.json["missing"]) == (503, ["temporal"])


async def test_metrics_count_requests_by_operation_and_outcome(world: World) -> None:
    await world.ask("query Mine { products { totalCount } }")
    await world.ask("{ orders { edges { cursor } } }")
    await world.ask(PLACE, {"input": order_input(lines=[])}, "mia")
    await world.ask("{ nothing }")
    await world.wire.send("POST", "/graphql", b"{", JSON)
    text = (await world.wire.send("GET", "/metrics")).body.decode()
    for operation, outcome in [
        ("products", "ok"),
        ("orders", "UNAUTHENTICATED"),
        ("placeOrder", "refused"),
        ("invalid", "BAD_USER_INPUT"),
        ("unread", "BAD_USER_INPUT"),
    ]:
        assert f'caravan_gateway_requests_total{{operation="{operation}",outcome="{outcome}"}} 1.0' in text
    assert 'caravan_gateway_request_seconds_count{operation="products"} 1.0' in text


async def test_no_label_is_made_by_a_client(world: World) -> None:
    for number in range(20):
        await world.ask(f"query Q{number} {{ a{number}: products {{ totalCount }} b: me {{ id }} }}")
        await world.ask(f"{{ nothing{number} }}")
    text = (await world.wire.send("GET", "/metrics")).body.decode()
    operations = {line.split('operation="')[1].split('"')[0] for line in text.splitlines() if 'operation="' in line}
    assert operations == {"many", "invalid"}


async def test_development_has_a_page_that_loads_nothing_from_elsewhere(world: World) -> None:
    response = await world.wire.send("GET", "/graphql", headers={"accept": "text/html"})
    assert (response.status, response.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert b"<textarea" in response.body
    assert b"http://" not in response.body
    assert b"https://" not in response.body
    assert b" src=" not in response.body


async def test_the_page_says_what_may_run_in_it_and_nothing_else_may(world: World) -> None:
    response = await world.wire.send("GET", "/graphql", headers={"accept": "text/html"})
    policy = dict(rule.split(" ", 1) for rule in response.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["connect-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    page = response.body.decode()
    for tag, rule in (("style", "style-src"), ('script type="module"', "script-src")):
        inside = page.split(f"<{tag}>")[1].split(f"</{tag.split()[0]}>")[0]
        assert policy[rule] == f"'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'"


async def test_production_has_no_page() -> None:
    world = await build_world(Profile.PRODUCTION)
    assert (await world.wire.send("GET", "/graphql", headers={"accept": "text/html"})).status == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(world: World, method: str) -> None:
    assert (await world.wire.send(method, "/graphql", QUERY, JSON)).status == 405


async def test_the_path_is_answered_itself_and_not_redirected(world: World) -> None:
    response = await world.wire.send("POST", "/graphql", QUERY, JSON)
    assert (response.status, response.headers["content-type"]) == (200, "application/json")


async def test_graphqls_own_media_type_says_whether_it_was_executed(world: World) -> None:
    headers = JSON | {"accept": "application/graphql-response+json"}
    good = await world.wire.send("POST", "/graphql", QUERY, headers)
    bad = await world.wire.send("POST", "/graphql", b'{"query": "{ nothing }"}', headers)
    assert (good.status, bad.status) == (200, 400)
    assert good.headers["content-type"] == bad.headers["content-type"] == "application/graphql-response+json"


async def test_introspection_answers(world: World) -> None:
    answer = await world.ask("{ __schema { mutationType { fields { name } } } }")
    assert {"name": "placeOrder"} in answer["data"]["__schema"]["mutationType"]["fields"]
