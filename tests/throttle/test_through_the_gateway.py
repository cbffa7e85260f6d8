"""What somebody sees who asks too often: RATE_LIMITED with the seconds, over HTTP as GraphQL has it."""

import gc
import json
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from gateway.cache_composition import Stores
from gateway.composition import assemble
from gateway.throttle.memory import MemoryCounters
from services.infra.settings import LimitsSettings, RedisSettings, Settings, SignInSettings
from tests.gateway.world import JSON, Wire, World, build_world
from tests.live.house import NO_REDIS
from tests.users.makers import GOOD_PASSWORD

PAGE = "{ products(first: 20) { edges { node { id } } } }"
LOGIN = """mutation ($input: LoginInput!) { login(input: $input) { accessToken errors { code } } }"""


async def limited(limits: LimitsSettings | None = None, *, counted: bool = True) -> World:
    """A gateway with these limits and five tries; without `counted` its Redis is away."""
    world = await build_world()
    settings = Settings().model_copy(
        update={
            "limits": limits or LimitsSettings(),
            "sign_ins": SignInSettings(tries=5, registrations_an_hour=2, refreshes_an_hour=2),
            "redis": RedisSettings(url=NO_REDIS),
        }
    )
    counters = MemoryCounters() if counted else None
    world.wire = Wire(assemble(settings, world.backends, world.shop.clock, stores=Stores(counters=counters)))
    return world


def code_of(answer: dict[str, Any]) -> str:
    """The top-level code, or ok."""
    code: str = answer["errors"][0]["extensions"]["code"] if "errors" in answer else "ok"
    return code


def tight() -> LimitsSettings:
    return LimitsSettings(budget=200, budget_refill=1)


async def test_who_has_spent_the_budget_is_told_when_to_come_again() -> None:
    world = await limited(tight())
    assert "errors" not in await world.ask(PAGE)
    calls = world.shop.counted()
    answer = await world.ask("{ p: products(first: 100) { edges { cursor } } }")
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], "data" in answer) == ("RATE_LIMITED", False)
    assert 1 <= error["extensions"]["retryAfter"] <= 200
    assert calls
    assert not world.shop.counted()


async def test_the_status_is_429_where_the_media_type_has_statuses_and_a_header_tells_the_seconds() -> None:
    world = await limited(tight())
    body = json.dumps({"query": PAGE}).encode()
    for _ in range(3):
        await world.wire.send("POST", "/graphql", body, JSON)
    plain = await world.wire.send("POST", "/graphql", body, JSON)
    strict = await world.wire.send("POST", "/graphql", body, JSON | {"accept": "application/graphql-response+json"})
    assert (plain.status, strict.status) == (200, 429)
    assert int(strict.headers["retry-after"]) == strict.json["errors"][0]["extensions"]["retryAfter"]


async def test_everybody_who_is_signed_in_has_a_budget_of_their_own() -> None:
    world = await limited(tight())
    for _ in range(4):
        await world.ask(PAGE)
    assert (await world.ask(PAGE))["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert "errors" not in await world.ask(PAGE, caller="mia")
    assert "errors" not in await world.ask(PAGE, caller="ben")


async def test_what_cannot_be_executed_is_paid_for_too() -> None:
    world = await limited(tight())
    codes = [(await world.ask("{ nothing }"))["errors"][0]["extensions"]["code"] for _ in range(6)]
    assert codes == ["BAD_USER_INPUT"] * 4 + ["RATE_LIMITED"] * 2


async def test_with_redis_away_a_budget_of_this_process_stands_in() -> None:
    world = await limited(tight(), counted=False)
    assert {code_of(await world.ask(PAGE)) for _ in range(5)} == {"ok", "RATE_LIMITED"}
    text = (await world.wire.send("GET", "/metrics")).body.decode()
    told = {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
    assert told["caravan_throttle_shared"] == 0
    assert told["caravan_throttle_stood_in_total"] >= 5
    assert told["caravan_throttle_refused_total"] >= 1


async def test_guesses_batched_by_aliases_are_counted_one_by_one() -> None:
    world = await limited()
    mia = 'email: "mia@example.org"'
    guesses = " ".join(
        f'g{number}: login(input: {{{mia}, password: "guess {number}"}}) {{ errors {{ code }} }}' for number in range(8)
    )
    answer = await world.ask(f"mutation {{ {guesses} }}")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["RATE_LIMITED"]
    assert world.shop.watched["users"].calls["login"] == 5
    gc.collect()


async def test_a_login_after_too_many_reaches_no_service() -> None:
    world = await limited()
    wrong = {"input": {"email": "mia@example.org", "password": "not the password"}}
    for _ in range(5):
        assert (await world.ask(LOGIN, wrong))["data"]["login"]["errors"][0]["code"] == "BAD_CREDENTIALS"
    world.shop.counted()
    right = {"input": {"email": "mia@example.org", "password": GOOD_PASSWORD}}
    error = (await world.ask(LOGIN, right))["errors"][0]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1}
    assert not world.shop.counted()


async def test_registrations_and_refreshes_have_their_limits() -> None:
    world = await limited()
    register = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }"
    refresh = 'mutation { refreshSession(refreshToken: "none") { errors { code } } }'
    registered = []
    for number in range(3):
        wish = {"email": f"n{number}@example.org", "name": "N", "password": GOOD_PASSWORD}
        registered.append(code_of(await world.ask(register, {"input": wish})))
    assert registered == ["ok", "ok", "RATE_LIMITED"]
    assert [code_of(await world.ask(refresh)) for _ in range(3)] == ["ok", "ok", "RATE_LIMITED"]
