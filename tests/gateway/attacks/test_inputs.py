"""Strings made to mean something to a database, a header or a log, in every string of every operation."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.infra.settings import Settings
from tests.gateway.attacks.target import Target, assert_answered
from tests.gateway.matrix import OPERATIONS, asked_about

HOSTILE = (
    "$ne",
    '{"$gt": ""}',
    "$where: sleep(1000)",
    "a\x00b",
    "a\r\nset-cookie: b=c",
    "a.b.$[]",
    "__proto__",
    "order/../../x",
    ".*",
    "x" * 100_000,
    "\u202e\u0000\ufffe",
)
NO_STRINGS = ({"$ne": ""}, {"$gt": ""}, {"$regex": ".*"}, ["$ne"], {"$where": "1"}, 1, True)
LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { accessToken errors { code } } }"


def bent(variables: dict[str, Any], value: object) -> Iterator[dict[str, Any]]:
    """The variables with this value in the place of each of their strings in turn."""
    for path in places(variables):
        changed = copy.deepcopy(variables)
        inside: Any = changed
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value
        yield changed


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


@pytest.fixture
async def ops(target: Target) -> str:
    """The access token of an OPS."""
    accounts = Settings().accounts
    wish = {"email": accounts.ops_email, "password": accounts.ops_password.get_secret_value()}
    token: str = (await target.ask(LOGIN, {"input": wish})).body["data"]["login"]["accessToken"]
    return token


@pytest.mark.parametrize(
    "name", [name for name, (query, _) in OPERATIONS.items() if "$" in query and "subscription" not in query]
)
async def test_a_string_is_a_string_whatever_it_looks_like(target: Target, ops: str, name: str) -> None:
    query, variables = asked_about(name, "none", "none", "none")
    async with target.withstands(seconds=60):
        for value in HOSTILE:
            for changed in bent(variables, value):
                assert_answered(await target.ask(query, changed, ops))
        for other in NO_STRINGS:
            for changed in bent(variables, other):
                assert_answered(await target.ask(query, changed, ops))


@pytest.mark.parametrize("email", [*NO_STRINGS, "$ne", ".*", "ops@caravan.example\x00", "ops@caravan.example'||1"])
async def test_no_operator_signs_anybody_in(target: Target, email: object) -> None:
    for password in (*NO_STRINGS, "$ne", ".*"):
        reply = await target.ask(LOGIN, {"input": {"email": email, "password": password}})
        assert_answered(reply)
        login = ((reply.body.get("data") or {}).get("login")) or {}
        assert not login.get("accessToken")


async def test_what_a_client_wrote_comes_into_no_header(target: Target) -> None:
    reader, writer = await target.connect()
    name = "Q\r\nset-cookie: stolen=1"
    body = json.dumps({"query": "query Q { me { id } }", "operationName": name}).encode()
    head = b"POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\nconnection: close\r\n"
    writer.write(head + f"content-length: {len(body)}\r\n\r\n".encode() + body)
    answered = (await reader.read()).partition(b"\r\n\r\n")[0]
    assert b"set-cookie" not in answered
    writer.close()
