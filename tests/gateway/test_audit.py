"""Whoever acts for the shop leaves a record: before it is done, and how it ended. Without a record nothing is done."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLInputType, get_named_type

from gateway.auditing import KEPT, LEFT_OUT, WITHOUT_VALUE
from gateway.auditing import told as argument_texts
from gateway.guard import served_fields
from gateway.permissions import PERMISSIONS, Access
from gateway.schema import build_schema
from services.infra.settings import GatewaySettings, Settings
from services.shared.actors import Role
from services.shared.errors import Unavailable
from services.users.audit.models import AuditOutcome, AuditQuery, AuditRecord
from services.users.models import SetRoles
from tests.gateway.matrix import EXPECTED, OPERATIONS, code_in, operation
from tests.gateway.shop import NOBODY
from tests.gateway.world import World, build_world
from tests.support.identity import ADMIN
from tests.users.makers import GOOD_PASSWORD

ADJUST = """mutation M($sku: String!, $reason: String!) {
  adjustStock(sku: $sku, delta: -3, reason: $reason) { stock { onHand } errors { code } } }"""
FOR_THE_SHOP = sorted(
    field
    for field, access in PERMISSIONS.items()
    if field.startswith("Mutation.") and access in {Access.OPS, Access.ADMIN}
)
SECRETS = {
    *("password", "currentPassword", "newPassword", "refreshToken", "accessToken"),
    *("email", "paymentMethod", "idempotencyKey", "input"),
}


async def trail(world: World) -> list[AuditRecord]:
    """All records, oldest first."""
    page = await world.shop.trail.page(AuditQuery(first=100))
    return [edge.node for edge in reversed(page.edges)]


async def adjust(world: World, caller: str = "ops", sku: str = "ink", reason: str = "broken") -> dict[str, Any]:
    return await world.ask(ADJUST, {"sku": sku, "reason": reason}, caller)


def told(record: AuditRecord) -> dict[str, str]:
    return {argument.name: argument.value for argument in record.arguments}


async def test_a_record_says_who_what_when_from_where_and_what_became_of_it(world: World) -> None:
    assert (await adjust(world))["data"]["adjustStock"]["stock"] == {"onHand": 97}
    (record,) = await trail(world)
    assert (record.actor_id, record.action) == (world.ids["ops"], "adjustStock")
    assert told(record) == {"sku": "ink", "delta": "-3", "reason": "broken"}
    assert (record.address, bool(record.request_id)) == ("127.0.0.1", True)
    assert (record.outcome, record.codes) == (AuditOutcome.DONE, ())
    assert record.started_at == record.finished_at == world.shop.clock.now()


@pytest.mark.parametrize("field", FOR_THE_SHOP)
async def test_every_mutation_for_the_shop_is_recorded(world: World, field: str) -> None:
    query, variables = await operation(world, field)
    code = code_in(await world.ask(query, variables, "admin"))
    (record,) = await trail(world)
    assert (record.action, record.actor_id) == (field.partition(".")[2], world.ids["admin"])
    assert code == EXPECTED[field]["admin"]
    expected = (AuditOutcome.REFUSED, (code,)) if code else (AuditOutcome.DONE, ())
    assert (record.outcome, record.codes) == expected


@pytest.mark.parametrize("field", FOR_THE_SHOP)
async def test_nothing_is_done_that_cannot_be_recorded(world: World, field: str) -> None:
    query, variables = await operation(world, field)
    world.shop.watched_audit.faults["begin"] = Unavailable("users")
    world.forget()
    before = world.fingerprint()
    answer = await world.ask(query, variables, "admin")
    assert code_in(answer) == "UNAVAILABLE"
    assert "nothing was begun" in answer["errors"][0]["message"]
    assert world.nothing_happened()
    assert world.fingerprint() == before
    assert await trail(world) == []


async def test_it_is_recorded_before_it_is_done_and_stays_started_when_it_breaks_off() -> None:
    world = await build_world(settings=Settings().model_copy(update={"gateway": GatewaySettings(answer_within=0.05)}))
    world.shop.watched["inventory"].hangs.add("adjust_stock")
    assert code_in(await adjust(world)) == "UNAVAILABLE"
    (record,) = await trail(world)
    assert (record.outcome, record.codes, record.finished_at) == (AuditOutcome.STARTED, (), None)


async def test_what_takes_all_of_the_requests_time_is_recorded_as_failed() -> None:
    """As over the network: the call itself knows the deadline, and nothing is told of anything behind it."""
    world = await build_world(settings=Settings().model_copy(update={"gateway": GatewaySettings(answer_within=0.01)}))
    inventory = world.shop.watched["inventory"]
    inventory.takes["adjust_stock"] = 0.02
    inventory.faults["adjust_stock"] = Unavailable("inventory")
    assert code_in(await adjust(world)) == "UNAVAILABLE"
    (record,) = await trail(world)
    assert (record.outcome, record.codes) == (AuditOutcome.FAILED, ("UNAVAILABLE",))
    assert world.shop.watched_audit.left["conclude"] > 0


@pytest.mark.parametrize(
    ("fault", "code"), [(Unavailable("database"), "UNAVAILABLE"), (RuntimeError("a defect"), "INTERNAL")]
)
async def test_what_fails_is_recorded_as_failed(world: World, fault: Exception, code: str) -> None:
    world.shop.watched["inventory"].faults["adjust_stock"] = fault
    assert code_in(await adjust(world)) == code
    (record,) = await trail(world)
    assert (record.outcome, record.codes) == (AuditOutcome.FAILED, (code,))


async def test_what_is_refused_is_recorded_with_its_codes(world: World) -> None:
    assert code_in(await adjust(world, sku="nothing")) == "NOT_FOUND"
    (record,) = await trail(world)
    assert (record.outcome, record.codes) == (AuditOutcome.REFUSED, ("NOT_FOUND",))


async def test_each_mutation_of_a_request_has_its_own_record(world: World) -> None:
    await world.ask(
        """mutation {
          one: adjustStock(sku: "ink", delta: 1, reason: "found") { errors { code } }
          two: adjustStock(sku: "none", delta: 1, reason: "found") { errors { code } }
          three: setRoles(userId: "u", roles: [OPS]) { errors { code } } }""",
        caller="ops",
    )
    records = await trail(world)
    assert [(record.action, record.outcome) for record in records] == [
        ("adjustStock", AuditOutcome.DONE),
        ("adjustStock", AuditOutcome.REFUSED),
        ("setRoles", AuditOutcome.DENIED),
    ]
    assert len({record.request_id for record in records}) == 1


async def test_an_end_that_cannot_be_recorded_leaves_it_started_and_answers_what_was_done(world: World) -> None:
    world.shop.watched_audit.faults["conclude"] = Unavailable("users")
    assert (await adjust(world))["data"]["adjustStock"]["stock"] == {"onHand": 97}
    (record,) = await trail(world)
    assert record.outcome is AuditOutcome.STARTED


@pytest.mark.parametrize("away", [False, True])
async def test_who_lacks_the_role_is_denied_and_recorded(world: World, away: bool) -> None:  # noqa: FBT001 (a case)
    if away:
        world.shop.watched_audit.faults["deny"] = Unavailable("users")
    assert code_in(await adjust(world, "mia")) == "FORBIDDEN"
    found = [(record.actor_id, record.action, record.outcome, record.codes) for record in await trail(world)]
    assert found == ([] if away else [(world.ids["mia"], "adjustStock", AuditOutcome.DENIED, ("FORBIDDEN",))])


async def test_nobody_is_recorded_for_an_anonymous_caller(world: World) -> None:
    assert code_in(await adjust(world, "anonymous")) == "UNAUTHENTICATED"
    assert await trail(world) == []


async def test_an_admin_who_is_none_any_more_is_denied_by_the_service_and_recorded(world: World) -> None:
    users, admin = world.shop.user_service, replace(ADMIN, user_id=world.ids["admin"])
    await users.set_roles(SetRoles(user_id=world.ids["mia"], roles=(Role.ADMIN,)), admin, NOBODY)
    await users.set_roles(SetRoles(user_id=world.ids["admin"], roles=(Role.CUSTOMER,)), admin, NOBODY)
    query = "mutation M($id: ID!) { setRoles(userId: $id, roles: [ADMIN]) { errors { code } } }"
    assert code_in(await world.ask(query, {"id": world.ids["ben"]}, "admin")) == "FORBIDDEN"
    (record,) = await trail(world)
    assert (record.outcome, record.codes) == (AuditOutcome.DENIED, ("FORBIDDEN",))
    assert told(record) == {"userId": world.ids["ben"], "roles.0": "ADMIN"}


CANCEL = "mutation M($id: ID!) { cancelOrder(id: $id) { order { id } errors { code } } }"


@pytest.mark.parametrize(("caller", "recorded"), [("mia", []), ("ben", []), ("ops", ["DONE"])])
async def test_cancelling_is_recorded_when_the_shop_does_it(world: World, caller: str, recorded: list[str]) -> None:
    order_id = await world.placed("mia")
    await world.ask(CANCEL, {"id": order_id}, caller)
    records = await trail(world)
    assert [record.outcome for record in records] == recorded
    assert [told(record) for record in records] == [{"id": order_id}] * len(recorded)


async def test_of_an_input_the_trail_has_what_it_may_have(world: World) -> None:
    product = {
        "sku": "quill",
        "name": "Quill",
        "description": "of a goose",
        "categories": ["desk", "old"],
        "price": {"amount": "2.50", "currency": "EUR"},
    }
    query, _ = OPERATIONS["Mutation.createProduct"]
    assert code_in(await world.ask(query, {"input": product}, "ops")) == ""
    (record,) = await trail(world)
    assert told(record) == {
        "input.sku": "quill",
        "input.name": "Quill",
        "input.description": WITHOUT_VALUE,
        "input.categories.0": "desk",
        "input.categories.1": "old",
        "input.price.amount": "2.50",
        "input.price.currency": "EUR",
        "input.initialStock": "0",
    }


async def test_an_endless_reason_is_cut(world: World) -> None:
    assert code_in(await adjust(world, reason="x" * 10_000)) == "INVALID"
    (record,) = await trail(world)
    assert told(record)["reason"] == "x" * 499 + "…"


def test_half_a_character_and_other_values_are_told_as_text() -> None:
    kind = build_schema().mutation_type
    assert kind
    found = argument_texts(kind.fields["adjustStock"], {"sku": None, "delta": -1, "reason": "half \ud800"})
    assert {argument.name: argument.value for argument in found} == {"sku": "null", "delta": "-1", "reason": "half ?"}


@pytest.mark.parametrize("field", sorted(field for field in OPERATIONS if field.startswith("Mutation.")))
async def test_no_secret_is_in_the_trail(world: World, field: str) -> None:
    query, variables = await operation(world, field)
    for caller in ("mia", "ops", "admin"):
        await world.ask(query, variables, caller)
    kept = json.dumps([asdict(record) for record in await trail(world)], default=str)
    for secret in (*world.tokens.values(), GOOD_PASSWORD, "pm_card_visa", "mia@example.org"):
        assert secret not in kept


def test_a_name_that_stands_for_a_secret_is_never_kept() -> None:
    assert KEPT.isdisjoint(SECRETS)


def names_in(kind: GraphQLInputType, name: str) -> set[str]:
    """The names under which leaves of an argument are kept or left out."""
    named = get_named_type(kind)
    if not isinstance(named, GraphQLInputObjectType):
        return {name}
    return {leaf for field, about in named.fields.items() for leaf in names_in(about.type, field)}


def test_somebody_has_decided_on_every_argument() -> None:
    """A new one is added to KEPT, or to LEFT_OUT when it is secret, personal or of no use in the trail."""
    found: set[str] = set()
    for kind, name, field in served_fields(build_schema()):
        if kind.name == "Mutation" and PERMISSIONS[f"Mutation.{name}"] in {Access.OPS, Access.ADMIN, Access.OWNER}:
            for argument, about in field.args.items():
                found |= names_in(about.type, argument)
    assert found <= KEPT | LEFT_OUT
    assert KEPT.isdisjoint(LEFT_OUT)
    assert found == KEPT | LEFT_OUT, "listed, but no argument any more"


RECORDS = """query Q($first: Int, $after: String, $actorId: ID, $action: String) {
  auditRecords(first: $first, after: $after, actorId: $actorId, action: $action) {
    edges { cursor node { action arguments { name value } actor { email } actorId address requestId outcome codes
                          startedAt finishedAt } }
    pageInfo { hasNextPage endCursor } } }"""


async def test_admin_reads_the_trail_newest_first_page_by_page(world: World) -> None:
    await adjust(world, "ops", "ink")
    await adjust(world, "admin", "pen")
    await adjust(world, "mia", "pen")
    first = (await world.ask(RECORDS, {"first": 2}, "admin"))["data"]["auditRecords"]
    assert [edge["node"]["outcome"] for edge in first["edges"]] == ["DENIED", "DONE"]
    assert first["edges"][1]["node"]["actor"] == {"email": "admin@example.org"}
    assert first["edges"][1]["node"]["arguments"][0] == {"name": "sku", "value": "pen"}
    assert first["pageInfo"]["hasNextPage"] is True
    after = first["pageInfo"]["endCursor"]
    (last,) = (await world.ask(RECORDS, {"after": after}, "admin"))["data"]["auditRecords"]["edges"]
    assert last["node"]["actorId"] == world.ids["ops"]
    mine = await world.ask(RECORDS, {"actorId": world.ids["ops"], "action": "adjustStock"}, "admin")
    assert len(mine["data"]["auditRecords"]["edges"]) == 1
    none = await world.ask(RECORDS, {"action": "setRoles"}, "admin")
    assert none["data"]["auditRecords"]["edges"] == []


@pytest.mark.parametrize("wrong", [{"first": 0}, {"first": 101}, {"after": "nowhere"}, {"action": ""}])
async def test_a_page_that_cannot_be_is_refused(world: World, wrong: dict[str, Any]) -> None:
    assert code_in(await world.ask(RECORDS, wrong, "admin")) == "BAD_USER_INPUT"
