"""What a body may be: of one meaning, not too large, not too slow, not too deep."""

import asyncio
import json
from typing import Any

import pytest

from tests.gateway.edge.settings import limited
from tests.gateway.world import JSON, World, build_world

TYPENAME = b'{"query": "{ __typename }"'


@pytest.mark.parametrize(
    "body",
    [
        TYPENAME + b', "variables": {"a": NaN}}',
        TYPENAME + b', "variables": {"a": Infinity}}',
        TYPENAME + b', "variables": {"a": -Infinity}}',
        TYPENAME + b', "variables": {"a": 1e400}}',
        TYPENAME + b', "variables": {"a": -1e400}}',
        TYPENAME + b', "variables": {"a": ' + b"1" * 41 + b"}}",
        TYPENAME + b', "variables": {"a": ' + b"1" * 100_000 + b"}}",
        TYPENAME + b', "variables": {"a": 1, "a": 2}}',
        TYPENAME + b', "query": "{ me { id } }"}',
        TYPENAME + b', "variables": {"a": "\\ud800"}}',
        TYPENAME + b"} {}",
        b"\xef\xbb\xbf" + TYPENAME + b"}",
        "{}".encode("utf-16"),
        b"[" * 100_000,
    ],
)
async def test_json_that_can_be_misread_is_refused(world: World, body: bytes) -> None:
    response = await world.wire.send("POST", "/graphql", body, JSON)
    assert response.status == 400
    assert response.json["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_number_as_long_as_may_be_is_read(world: World) -> None:
    body = TYPENAME + b', "variables": {"a": ' + b"1" * 40 + b"}}"
    assert (await world.wire.send("POST", "/graphql", body, JSON)).json["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(("levels", "status"), [(8, 200), (9, 400)])
async def test_json_is_as_deep_as_may_be_and_no_deeper(levels: int, status: int) -> None:
    world = await build_world(settings=limited(json_depth=8))
    inside = b"[" * (levels - 2) + b"]" * (levels - 2)
    response = await world.wire.send("POST", "/graphql", TYPENAME + b', "variables": {"a": ' + inside + b"}}", JSON)
    assert response.status == status


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
async def test_a_body_is_as_large_as_may_be_and_no_larger(more: int, status: int) -> None:
    world = await build_world(settings=limited(body=1024))
    body = TYPENAME + b"}"
    padded = body + b" " * (1024 - len(body) + more)
    assert (await world.wire.send("POST", "/graphql", padded, JSON)).status == status
    assert (await world.wire.send("POST", "/graphql", [padded[:9], padded[9:]], JSON)).status == status


async def test_a_body_that_does_not_arrive_in_time_is_not_waited_for() -> None:
    world = await build_world(settings=limited(body_within=0.05))
    begun = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not begun.is_set():
            begun.set()
            return {"type": "http.request", "body": b"{", "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    response = await world.wire.receive("POST", "/graphql", receive, JSON)
    assert response.status == 408
    assert response.json["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_client_that_leaves_before_its_body_is_complete_is_no_error(world: World) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    await world.wire.receive("POST", "/graphql", receive, JSON)
    assert 'outcome="GONE"' in (await world.wire.send("GET", "/metrics")).body.decode()


async def test_a_body_is_read_as_json_whatever_it_looks_like(world: World) -> None:
    body = json.dumps({"query": "{ __typename }", "variables": {"$where": "1", "__proto__": {}}}).encode()
    assert (await world.wire.send("POST", "/graphql", body, JSON)).json["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 431)])
async def test_a_head_is_as_large_as_may_be_and_no_larger(more: int, status: int) -> None:
    world = await build_world(settings=limited(headers=1024))
    filled = {"x-large": "x" * (1024 - len("x-large") - len("/healthz") - len("a=b") + more)}
    assert (await world.wire.send("GET", "/healthz?a=b", headers=filled)).status == status
