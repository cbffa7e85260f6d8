"""What is one caller's own is given to nobody else, nor to the same one in another role or session."""

from itertools import product

import pytest
from graphql import parse
from pydantic import SecretStr

from gateway.caching.audiences import audience_of, seen_by
from gateway.caching.keys import AnswerKeys
from gateway.caching.plans import plan_of
from gateway.caching.policies import Scope
from gateway.limits.measures import operations_of
from gateway.schema import build_schema
from services.shared.actors import Actor, Role
from tests.caching.counter import ME, ORDERS, PAGE, Counter

RECOMMENDED = "{ recommendations { reason } products { totalCount } }"
TWO_SCOPES = "{ me { id } products(first: 1) { edges { node { sku } } } }"


@pytest.mark.parametrize("query", [ME, ORDERS, TWO_SCOPES, RECOMMENDED])
async def test_two_users_never_share_what_is_their_own(counter: Counter, query: str) -> None:
    await counter.world.placed("mia")
    fresh = {caller: (await counter.ask(query, caller=caller)).data for caller in ("mia", "ben")}
    for caller in ("mia", "ben", "mia"):
        again = await counter.ask(query, caller=caller)
        assert (again.is_hit, again.data) == (True, fresh[caller])


async def test_each_kind_of_caller_is_answered_as_without_a_cache(counter: Counter) -> None:
    """Whoever asked before: every caller and every query, in every order of two callers."""
    order = {"order": await counter.world.placed("mia")}
    query = (
        "query Q($order: ID!) { me { id roles } order(id: $order) { id customer { name } } products { totalCount } }"
    )
    callers = ("anonymous", "mia", "ben", "ops", "admin")
    alone = {}
    for caller in callers:
        await counter.store.clear()
        alone[caller] = (await counter.ask(query, order, caller)).data
    for first, second in product(callers, callers):
        await counter.store.clear()
        await counter.ask(query, order, first)
        assert (await counter.ask(query, order, second)).data == alone[second], (first, second)


async def test_all_who_do_not_run_the_shop_share_what_is_public(counter: Counter) -> None:
    assert (await counter.ask(PAGE, caller="mia")).is_stored
    assert [(await counter.ask(PAGE, caller=caller)).is_hit for caller in ("anonymous", "ben")] == [True, True]


async def test_anonymous_callers_are_given_nothing_of_a_user(counter: Counter) -> None:
    await counter.ask(TWO_SCOPES, caller="mia")
    answers = [await counter.ask(TWO_SCOPES) for _ in range(2)]
    assert [answer.data["me"] for answer in answers] == [None, None]
    assert answers[1].is_hit


async def test_another_session_finds_nothing_of_the_one_before(counter: Counter) -> None:
    assert (await counter.ask(ME, caller="mia")).is_stored
    await counter.sign_in("mia")
    assert not (await counter.ask(ME, caller="mia")).is_hit


@pytest.mark.parametrize("caller", ["mia", "anonymous", "ben"])
async def test_who_logs_out_leaves_no_answer_behind(counter: Counter, caller: str) -> None:
    """Whoever sends the refresh token: an access token need not come with it, nor be of the same account."""
    await counter.ask(ORDERS, caller="mia")
    logout = "mutation L($token: String!) { logout(refreshToken: $token) { errors { code } } }"
    await counter.ask(logout, {"token": counter.world.refresh_tokens["mia"]}, caller)
    assert not (await counter.ask(ORDERS, caller="mia")).is_hit


CHANGE_PASSWORD = """mutation { changePassword(input: {currentPassword: "three otters on a raft",
  newPassword: "seven herons in a row"}) { accessToken errors { code } } }"""


async def test_another_password_leaves_no_answer_behind(counter: Counter) -> None:
    for query in (ME, ORDERS, RECOMMENDED):
        await counter.ask(query, caller="mia")
    changed = await counter.ask(CHANGE_PASSWORD, caller="mia")
    assert changed.data["changePassword"]["errors"] == []
    for query in (ME, ORDERS, RECOMMENDED):
        assert not (await counter.ask(query, caller="mia")).is_hit
    counter.world.tokens["mia"] = changed.data["changePassword"]["accessToken"]
    for query in (ME, ORDERS, RECOMMENDED):
        assert not (await counter.ask(query, caller="mia")).is_hit


SET_ROLES = "mutation S($user: ID!, $roles: [Role!]!) { setRoles(userId: $user, roles: $roles) { errors { code } } }"


async def test_other_roles_leave_no_answer_behind(counter: Counter) -> None:
    """With the token of before, and with the one that has the new role."""
    before = await counter.ask(ME, caller="mia")
    roles = {"user": counter.world.ids["mia"], "roles": ["CUSTOMER", "OPS"]}
    assert (await counter.ask(SET_ROLES, roles, "admin")).data["setRoles"]["errors"] == []
    with_old_token = await counter.ask(ME, caller="mia")
    assert (before.data["me"]["roles"], with_old_token.data["me"]["roles"]) == (["CUSTOMER"], ["CUSTOMER", "OPS"])
    await counter.sign_in("mia")
    assert (await counter.ask(ME, caller="mia")).status == "fwd=bypass"
    await counter.ask(SET_ROLES, roles | {"roles": ["CUSTOMER"]}, "admin")
    await counter.sign_in("mia")
    after = await counter.ask(ME, caller="mia")
    assert (after.is_hit, after.data["me"]["roles"]) == (False, ["CUSTOMER"])


async def test_a_token_that_is_no_longer_good_is_given_nothing(counter: Counter) -> None:
    await counter.ask(ME, caller="mia")
    await counter.ask(PAGE, caller="mia")
    counter.world.tokens["mia"] = counter.world.tokens["mia"][:-4] + "AAAA"
    for query in (ME, PAGE):
        answer = await counter.ask(query, caller="mia")
        assert answer.errors[0]["extensions"]["code"] == "UNAUTHENTICATED"


def an_actor(user_id: str = "mia", roles: tuple[Role, ...] = (Role.CUSTOMER,), proof: str = "token") -> Actor:
    return Actor(user_id=user_id, roles=frozenset(roles), proof=proof)


def test_account_roles_and_token_all_tell_private_answers_apart() -> None:
    callers = [an_actor(), an_actor("ben"), an_actor(roles=()), an_actor(proof="another"), None]
    audiences = {audience_of(Scope.PRIVATE, caller) for caller in callers}
    assert len(audiences) == len(callers)
    assert {audience_of(Scope.PUBLIC, caller) for caller in callers} == {audience_of(Scope.PUBLIC, None)}
    assert audience_of(Scope.PUBLIC, None) not in audiences


@pytest.mark.parametrize("roles", [(Role.OPS,), (Role.ADMIN,), (Role.CUSTOMER, Role.OPS)])
def test_staff_are_no_audience(roles: tuple[Role, ...]) -> None:
    assert [audience_of(scope, an_actor(roles=roles)) for scope in Scope] == [None, None]


def test_a_public_answer_is_computed_as_nobody() -> None:
    assert (seen_by(Scope.PUBLIC, an_actor()), seen_by(Scope.PRIVATE, an_actor())) == (None, an_actor())


def test_a_name_tells_nothing_and_differs_by_secret() -> None:
    schema, document = build_schema(), parse(ORDERS)
    plan = plan_of(schema, document, operations_of(document)[0])
    assert plan
    audience = audience_of(Scope.PRIVATE, an_actor()) or b""
    names = [AnswerKeys(SecretStr(secret), schema).key(plan.form, {}, audience) for secret in ("one", "two", "one")]
    assert names[0] == names[2] != names[1]
    assert not any(word in str(names[0]) for word in ("mia", "orders", "token"))
