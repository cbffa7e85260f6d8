"""How a request is sent: not as another site's page could, queries by GET, and answered in the type that was asked."""

import json
from urllib.parse import urlencode

import pytest

from services.infra.settings import GatewaySettings, Settings
from tests.gateway.world import JSON, Response, World, build_world

PREFLIGHT = {"graphql-require-preflight": "1"}
GRAPHQL = "application/graphql-response+json"
SITE = "https://shop.example"


async def get(world: World, headers: dict[str, str] | None = None, **parameters: str) -> Response:
    return await world.wire.send("GET", "/graphql?" + urlencode(parameters), headers=headers or {})


@pytest.mark.parametrize(
    "headers", [PREFLIGHT, {"apollo-require-preflight": "true"}, {"content-type": "application/json; charset=utf-8"}]
)
async def test_a_query_may_be_sent_by_get(world: World, headers: dict[str, str]) -> None:
    query = "query A { __typename } query B($n: Int!) { products(first: $n) { totalCount } }"
    response = await get(world, headers, query=query, operationName="B", variables='{"n": 1}')
    assert (response.status, response.json["data"]) == (200, {"products": {"totalCount": 2}})


async def test_an_empty_operation_name_is_none(world: World) -> None:
    body = {"query": "query A { products { totalCount } }", "operationName": ""}
    response = await world.wire.send("POST", "/graphql", json.dumps(body).encode(), JSON)
    assert response.json["data"] == {"products": {"totalCount": 2}}


@pytest.mark.parametrize("headers", [{}, {"accept": GRAPHQL}, {"content-type": "text/plain"}])
async def test_a_get_that_another_site_could_send_is_refused(world: World, headers: dict[str, str]) -> None:
    response = await get(world, headers, query="{ products { totalCount } }")
    assert response.status == 400
    assert "GraphQL-Require-Preflight" in response.json["errors"][0]["message"]
    assert world.shop.counted() == {}


async def test_a_mutation_is_not_executed_by_get(world: World) -> None:
    query = 'query A { __typename } mutation B { adjustStock(sku: "ink", delta: 1, reason: "x") { errors { code } } }'
    headers = PREFLIGHT | {"authorization": f"Bearer {world.tokens['ops']}"}
    response = await get(world, headers, query=query, operationName="B")
    assert (response.status, response.headers["allow"]) == (405, "POST")
    assert response.json["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert world.nothing_happened()


@pytest.mark.parametrize(
    "parameters",
    [
        "query={__typename}&variables={",
        "query={__typename}&variables=[1]",
        'query={__typename}&variables={"a":1,"a":2}',
        "query={__typename}&query={me{id}}",
        "query=",
        "query={",
        "documentId=nothing",
        "extensions={}",
    ],
)
async def test_a_get_that_makes_no_sense_is_bad_input(world: World, parameters: str) -> None:
    response = await world.wire.send("GET", f"/graphql?{parameters}", headers=PREFLIGHT | {"accept": GRAPHQL})
    assert response.status == 400
    assert response.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, application/json", "application/json"),
        (f"{GRAPHQL};q=0", "application/json"),
        (f"{GRAPHQL};q=high", "application/json"),
        (f"{GRAPHQL.upper()}, */*;q=0.1", GRAPHQL),
    ],
)
async def test_the_answer_has_the_media_type_that_is_liked_best(world: World, accept: str, media_type: str) -> None:
    response = await world.wire.send("POST", "/graphql", b'{"query": "{ __typename }"}', JSON | {"accept": accept})
    assert response.headers["content-type"] == media_type


@pytest.mark.parametrize(
    ("query", "token", "status"),
    [
        ("{ __typename }", None, 200),
        # executed, and failed: the answer has data, so it is an answer
        ("{ orders { edges { cursor } } }", None, 200),
        ("{ nothing }", None, 400),
        ("{", None, 400),
        ("{ products(first: 101) { totalCount } }", None, 400),
        ("{ __typename }", "rubbish", 401),
    ],
)
async def test_graphqls_own_media_type_has_the_protocols_status(
    world: World, query: str, token: str | None, status: int
) -> None:
    headers = JSON | {"accept": GRAPHQL} | ({"authorization": f"Bearer {token}"} if token else {})
    body = json.dumps({"query": query}).encode()
    assert (await world.wire.send("POST", "/graphql", body, headers)).status == status
    assert (await world.wire.send("POST", "/graphql", body, headers | {"accept": "*/*"})).status == 200


PREFLIGHTED = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


async def test_no_other_site_may_call_by_default(world: World) -> None:
    asked = await world.wire.send("OPTIONS", "/graphql", headers=PREFLIGHTED | {"origin": SITE})
    answered = await world.wire.send("POST", "/graphql", b'{"query": "{ __typename }"}', JSON | {"origin": SITE})
    for response in (asked, answered):
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("origin", "allowed"), [(SITE, True), ("https://shop.example.evil", False), ("null", False)])
async def test_the_sites_of_the_settings_may_call(origin: str, allowed: bool) -> None:  # noqa: FBT001
    gateway = GatewaySettings(allowed_origins=f"https://other.example {SITE}")
    world = await build_world(settings=Settings().model_copy(update={"gateway": gateway}))
    asked = await world.wire.send("OPTIONS", "/graphql", headers=PREFLIGHTED | {"origin": origin})
    answered = await world.wire.send("POST", "/graphql", b'{"query": "{ __typename }"}', JSON | {"origin": origin})
    for response in (asked, answered):
        assert response.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in response.headers
    assert asked.status == (200 if allowed else 400)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/graphql"), ("GET", "/graphql"), ("GET", "/healthz"), ("GET", "/nowhere")]
)
async def test_every_answer_tells_browsers_to_be_careful(world: World, method: str, path: str) -> None:
    headers = (await world.wire.send(method, path, b"{}", JSON)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    is_page = headers.get("content-type", "").startswith("text/html")
    assert is_page or headers["content-security-policy"].startswith("default-src 'none'")
