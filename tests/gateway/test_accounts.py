"""Sessions and accounts over GraphQL: what comes back, with which code and path, and what ends what."""

from datetime import timedelta
from typing import Any

import pytest

from tests.gateway.world import World
from tests.users.makers import GOOD_PASSWORD

PARTS = "user { email roles } accessToken refreshToken errors { code path }"
REFRESH = f"mutation R($token: String!) {{ refreshSession(refreshToken: $token) {{ {PARTS} }} }}"
LOGIN = f"mutation L($input: LoginInput!) {{ login(input: $input) {{ {PARTS} }} }}"
LOGOUT = "mutation L($token: String!) { logout(refreshToken: $token) { errors { code } } }"
CHANGE = f"mutation C($input: ChangePasswordInput!) {{ changePassword(input: $input) {{ {PARTS} }} }}"
PREFER = """mutation P($input: PreferencesInput!) { updatePreferences(input: $input) {
  user { preferences { promotional recommendations } } errors { code } } }"""
SET_ROLES = """mutation S($user: ID!, $roles: [Role!]!) { setRoles(userId: $user, roles: $roles) {
  user { roles } errors { code path } } }"""
ME = "{ me { email preferences { promotional } } }"


async def payload(world: World, document: str, caller: str = "anonymous", **variables: object) -> dict[str, Any]:
    answer = await world.ask(document, variables, caller)
    (found,) = answer["data"].values()
    result: dict[str, Any] = found
    return result


async def signed_in(world: World, password: str = GOOD_PASSWORD) -> dict[str, Any]:
    return await payload(world, LOGIN, input={"email": "mia@example.org", "password": password})


def refused(answer: dict[str, Any]) -> tuple[str, list[str] | None]:
    assert answer["user"] is None
    assert answer.get("accessToken") is None
    assert answer.get("refreshToken") is None
    (error,) = answer["errors"]
    return error["code"], error["path"]


async def test_a_refreshed_session_can_ask_who_it_is(world: World) -> None:
    first = await signed_in(world)
    second = await payload(world, REFRESH, token=first["refreshToken"])
    assert (second["user"]["email"], second["errors"]) == ("mia@example.org", [])
    world.tokens["mia again"] = second["accessToken"]
    me = await world.ask(ME, caller="mia again")
    assert me["data"]["me"] == {"email": "mia@example.org", "preferences": {"promotional": True}}


async def test_a_spent_token_that_returns_ends_the_session(world: World) -> None:
    first = await signed_in(world)
    second = await payload(world, REFRESH, token=first["refreshToken"])
    again = await payload(world, REFRESH, token=first["refreshToken"])
    assert again["refreshToken"] == second["refreshToken"]
    world.shop.clock.advance(timedelta(seconds=6))
    for token in (first["refreshToken"], second["refreshToken"]):
        answer = await payload(world, REFRESH, token=token)
        assert refused(answer) == ("TOKEN_REUSED", ["refreshToken"])
    assert [event.type for event in world.shop.accounts.events].count("user.session-compromised.v1") == 1


async def test_garbage_and_expired_tokens_are_told_apart(world: World) -> None:
    first = await signed_in(world)
    assert refused(await payload(world, REFRESH, token="garbage")) == ("BAD_CREDENTIALS", ["refreshToken"])
    world.shop.clock.advance(timedelta(days=30))
    assert refused(await payload(world, REFRESH, token=first["refreshToken"])) == ("TOKEN_EXPIRED", ["refreshToken"])


async def test_logout_ends_the_session_and_says_nothing(world: World) -> None:
    first = await signed_in(world)
    for token in (first["refreshToken"], first["refreshToken"], "garbage"):
        assert await payload(world, LOGOUT, token=token) == {"errors": []}
    assert refused(await payload(world, REFRESH, token=first["refreshToken"]))[0] == "TOKEN_EXPIRED"


async def test_another_password_ends_the_sessions_there_were(world: World) -> None:
    first = await signed_in(world)
    change = {"currentPassword": GOOD_PASSWORD, "newPassword": "seven herons in a row"}
    changed = await payload(world, CHANGE, "mia", input=change)
    assert changed["errors"] == []
    assert refused(await payload(world, REFRESH, token=first["refreshToken"]))[0] == "TOKEN_EXPIRED"
    assert (await payload(world, REFRESH, token=changed["refreshToken"]))["errors"] == []
    assert refused(await signed_in(world)) == ("BAD_CREDENTIALS", None)
    assert (await signed_in(world, "seven herons in a row"))["errors"] == []


@pytest.mark.parametrize(
    ("current", "new", "refusal"),
    [
        ("three otters on a boat", "seven herons in a row", ("BAD_CREDENTIALS", ["currentPassword"])),
        (GOOD_PASSWORD, "password123", ("WEAK_PASSWORD", ["newPassword"])),
        (GOOD_PASSWORD, GOOD_PASSWORD, ("INVALID", ["newPassword"])),
    ],
)
async def test_a_password_that_cannot_be_changed_is_told_by_its_field(
    world: World, current: str, new: str, refusal: tuple[str, list[str]]
) -> None:
    answer = await payload(world, CHANGE, "mia", input={"currentPassword": current, "newPassword": new})
    assert refused(answer) == refusal


async def test_what_is_left_out_of_preferences_stays(world: World) -> None:
    for wish, expected in (
        ({"promotional": False}, {"promotional": False, "recommendations": True}),
        ({"recommendations": False, "promotional": None}, {"promotional": False, "recommendations": False}),
        ({}, {"promotional": False, "recommendations": False}),
    ):
        answer = await payload(world, PREFER, "mia", input=wish)
        assert answer == {"user": {"preferences": expected}, "errors": []}


async def test_new_roles_end_the_users_sessions_and_hold_from_the_next(world: World) -> None:
    first = await signed_in(world)
    answer = await payload(world, SET_ROLES, "admin", user=world.ids["mia"], roles=["OPS", "CUSTOMER", "OPS"])
    assert answer == {"user": {"roles": ["CUSTOMER", "OPS"]}, "errors": []}
    assert refused(await payload(world, REFRESH, token=first["refreshToken"]))[0] == "TOKEN_EXPIRED"
    world.tokens["mia again"] = (await signed_in(world))["accessToken"]
    assert (await world.ask('{ workflow(id: "order/none") { id } }', caller="mia again")).get("errors") is None


async def test_roles_that_cannot_be_set_are_told_by_their_field(world: World) -> None:
    own, mia = world.ids["admin"], world.ids["mia"]
    for user, roles, refusal in (
        (own, ["OPS"], ("CONFLICT", ["roles"])),
        (mia, [], ("INVALID", ["roles"])),
        ("nobody", ["OPS"], ("NOT_FOUND", ["userId"])),
        ("", ["OPS"], ("INVALID", ["userId"])),
    ):
        assert refused(await payload(world, SET_ROLES, "admin", user=user, roles=roles)) == refusal


@pytest.mark.parametrize("caller", ["mia", "ops"])
async def test_who_is_no_admin_sets_no_roles(world: World, caller: str) -> None:
    variables = {"user": world.ids[caller], "roles": ["ADMIN"]}
    answer = await world.ask(SET_ROLES, variables, caller)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert world.shop.watched["users"].calls["set_roles"] == 0
