"""Whatever is sent, the gateway knows what to say: never INTERNAL, never a status of 500, only the contract's codes."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLEnumType
from hypothesis import HealthCheck, given, settings

from gateway.schema import build_schema
from services.infra.settings import Settings, SignInSettings
from tests.gateway.fuzz.bodies import bodies
from tests.gateway.world import JSON, World, build_world

CODES = {
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "BAD_USER_INPUT",
    "QUERY_TOO_COMPLEX",
    "RATE_LIMITED",
    "UNAVAILABLE",
}
NOT_HERE = {"RATE_LIMITED"}
"""Nobody counts in a world in memory."""
STATUSES = {200, 400, 405, 413, 415}
EXAMPLES = 150

ERROR_CODE = build_schema().type_map["ErrorCode"]
assert isinstance(ERROR_CODE, GraphQLEnumType)
PROBLEMS = set(ERROR_CODE.values)


def check_answer(status: int, answer: dict[str, Any], codes: set[str]) -> None:
    """An answer as the contract has it."""
    assert status in STATUSES, answer
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] in codes, error
        assert len(error["message"]) <= 500
        assert "Traceback" not in error["message"]
    assert "errors" in answer or "data" in answer
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict) and isinstance(payload.get("errors"), list):
            assert {problem["code"] for problem in payload["errors"] if "code" in problem} <= PROBLEMS


def examine(
    ask: Callable[[bytes], tuple[int, dict[str, Any]]], ids: dict[str, str], codes: set[str], examples: int
) -> None:
    """Sends so many bodies."""

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    @given(bodies(ids))
    def whatever_is_sent(body: object) -> None:
        check_answer(*ask(json.dumps(body).encode()), codes)

    whatever_is_sent()


async def prepared() -> tuple[World, dict[str, str]]:
    generous = SignInSettings(tries=10**6, failures_an_hour=10**6, registrations_an_hour=10**6, refreshes_an_hour=10**6)
    world = await build_world(settings=Settings().model_copy(update={"sign_ins": generous}))
    order = await world.placed("mia")
    known = {"order": order, "user": world.ids["mia"], "product": "ink", "token": world.refresh_tokens["mia"]}
    return world, known


@pytest.mark.timeout(240)
# graphql-core prepares the fields that follow a failed one and drops them; Python cannot always say so itself.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine object:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("caller", ["anonymous", "mia", "ops", "admin"])
def test_whatever_is_sent_is_answered_by_the_contract(caller: str) -> None:
    with asyncio.Runner() as runner:
        world, ids = runner.run(prepared())
        headers = JSON | ({"authorization": f"Bearer {world.tokens[caller]}"} if caller in world.tokens else {})

        def ask(body: bytes) -> tuple[int, dict[str, Any]]:
            response = runner.run(world.wire.send("POST", "/graphql", body, headers))
            return response.status, response.json

        examine(ask, ids, CODES - NOT_HERE, EXAMPLES)
