"""Dead letters through GraphQL: OPS sees what failed and why, replays it, tries that before, and gives it up."""

from typing import Any

import pytest

from services.deadletters.models import LetterFilter
from services.shared.errors import Unavailable
from services.users.audit.models import AuditQuery
from tests.deadletters.makers import CONSUMER, TOPIC, found, headers
from tests.gateway.world import World

LIST = """query L($filter: DeadLetterFilter, $first: Int, $after: String) {
  deadLetters(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { id offset status } } } }"""
REPLAY = """mutation R($ids: [ID!], $filter: DeadLetterFilter, $dry: Boolean, $reason: String) {
  replayDeadLetters(ids: $ids, filter: $filter, dryRun: $dry, reason: $reason) {
    count workflow { id } verdicts { id prospect errorType } errors { code path } } }"""
DISCARD = """mutation D($ids: [ID!]!, $reason: String!) {
  discardDeadLetters(ids: $ids, reason: $reason) { count workflow { id } errors { code path } } }"""
LETTER = """query L($id: ID!) { deadLetter(id: $id) {
  id topic partition offset key consumer eventId eventType payload errorType errorMessage attempts replays status note
  firstFailedAt lastFailedAt disposition correlationId headers { name value }
  replayHistory { workflow { id } actorId verdict detail reason } workflow { id } } }"""


@pytest.fixture
async def ids(world: World) -> list[str]:
    """Three letters, oldest first."""
    await world.shop.letter_service.take_in([found(offset, headers=event(offset)) for offset in range(3)])
    page = await world.shop.letter_store.page(LetterFilter(), None, 3)
    return [letter.id for letter in reversed(page)]


def event(offset: int, **changes: str) -> tuple[tuple[str, bytes | None], ...]:
    return (*headers(offset, **changes), ("ce_sequence", str(offset + 1).encode()))


async def asked(world: World, query: str, **variables: object) -> Any:  # noqa: ANN401 (JSON)
    answer = await world.ask(query, variables, "ops")
    assert "errors" not in answer, answer
    (value,) = answer["data"].values()
    return value


async def test_a_letter_tells_what_failed_where_and_why(world: World, ids: list[str]) -> None:
    letter = await asked(world, LETTER, id=ids[0])
    sent = letter.pop("headers")
    assert {"name": "ce_id", "value": "event-0"} in sent
    assert letter == {
        "id": ids[0],
        "topic": TOPIC,
        "partition": 3,
        "offset": 0,
        "key": "ink",
        "consumer": CONSUMER,
        "eventId": "event-0",
        "eventType": "stock.adjusted.v1",
        "payload": '{"sku": "ink"}',
        "errorType": "builtins.KeyError",
        "errorMessage": "no shelf '0'",
        "attempts": 5,
        "replays": 0,
        "status": "PARKED",
        "note": None,
        "firstFailedAt": "2026-11-22T19:59:00.000Z",
        "lastFailedAt": "2026-11-22T20:00:00.000Z",
        "disposition": "EXHAUSTED",
        "correlationId": "order-1",
        "replayHistory": [],
        "workflow": None,
    }
    assert await asked(world, LETTER, id="nobody") is None


async def test_a_letter_leads_to_the_workflow_of_its_order(world: World) -> None:
    order_id = await world.placed()
    about = [
        event(1, ce_correlationid=order_id),
        event(2, ce_type="payment.captured.v1", ce_subject=order_id),
        event(3, ce_correlationid="a request"),
    ]
    await world.shop.letter_service.take_in([found(n, headers=said) for n, said in enumerate(about)])
    query = "{ deadLetters { edges { node { eventId workflow { id type } } } } }"
    listed = await asked(world, query)
    shown = {edge["node"]["eventId"]: edge["node"]["workflow"] for edge in listed["edges"]}
    saga = {"id": f"order/{order_id}", "type": "PlaceOrder"}
    assert shown == {"event-1": saga, "event-2": saga, "event-3": None}


async def test_pages_and_filters_lead_to_every_letter(world: World, ids: list[str]) -> None:
    await asked(world, DISCARD, ids=ids[:1], reason="a test")
    first = await asked(world, LIST, first=1)
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    assert [edge["node"]["id"] for edge in first["edges"]] == ids[2:]
    rest = await asked(world, LIST, first=1, after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in rest["edges"]] == ids[1:2]
    every = await asked(world, LIST, filter={"status": None})
    assert [edge["node"]["status"] for edge in every["edges"]] == ["PARKED", "PARKED", "DISCARDED"]
    assert (await asked(world, LIST, filter={"consumer": "nobody"}))["totalCount"] == 0


async def test_what_fails_alike_is_one_group(world: World, ids: list[str]) -> None:
    other = found(9, headers=event(9, dlq_exception_class="builtins.ValueError", dlq_disposition="permanent"))
    await world.shop.letter_service.take_in([other])
    query = "{ deadLetterGroups { consumer eventType errorType count oldest fingerprint } }"
    groups = await asked(world, query)
    assert [(group["errorType"], group["count"]) for group in groups] == [
        ("builtins.KeyError", len(ids)),
        ("builtins.ValueError", 1),
    ]
    chosen = await asked(world, LIST, filter={"fingerprint": groups[0]["fingerprint"]})
    assert {edge["node"]["id"] for edge in chosen["edges"]} == set(ids)


async def test_bytes_that_are_no_text_are_shown_as_base64(world: World) -> None:
    await world.shop.letter_service.take_in([found(1, value=b"\xff\x00", key=b"\xff")])
    listed = await asked(world, "{ deadLetters { edges { node { payload key } } } }")
    assert listed["edges"][0]["node"] == {"payload": "base64:/wA=", "key": "base64:/w=="}


async def test_an_offset_beyond_what_graphql_can_count_spoils_no_page(world: World) -> None:
    await world.shop.letter_service.take_in([found(1, headers=event(1, dlq_original_offset=str(2**40)))])
    assert (await asked(world, LIST))["edges"][0]["node"]["offset"] == 2**31 - 1


async def test_a_replay_has_the_effect_in_the_consumer_and_says_who_asked(world: World, ids: list[str]) -> None:
    done = await asked(world, REPLAY, ids=ids[:2])
    assert (done["count"], done["verdicts"], done["errors"]) == (2, None, [])
    assert world.consumer.effects == ["event-0", "event-1"]
    letter = await asked(world, LETTER, id=ids[0])
    assert letter["status"] == "REPLAYED"
    assert letter["replayHistory"] == [
        {
            "workflow": done["workflow"],
            "actorId": world.ids["ops"],
            "verdict": "APPLIED",
            "detail": None,
            "reason": None,
        }
    ]
    query = (
        "query R($id: ID!) { redrive(id: $id) { id state dryRun total tally { done applied failed } failures { id } } }"
    )
    assert await asked(world, query, id=done["workflow"]["id"]) == {
        "id": done["workflow"]["id"],
        "state": "DONE",
        "dryRun": False,
        "total": 2,
        "tally": {"done": 2, "applied": 2, "failed": 0},
        "failures": [],
    }
    assert await asked(world, query, id="redrive/none") is None


@pytest.mark.parametrize("reason", ["the shelf is back\nsince noon", None, ""])
async def test_a_replay_tells_why_where_somebody_said(world: World, ids: list[str], reason: str | None) -> None:
    await asked(world, REPLAY, ids=ids[:1], reason=reason)
    (replay,) = (await asked(world, LETTER, id=ids[0]))["replayHistory"]
    assert replay["reason"] == (reason or None)


async def test_a_dry_run_tells_what_would_happen_and_nothing_does(world: World, ids: list[str]) -> None:
    await asked(world, REPLAY, ids=ids[:1])
    await world.shop.letter_service.take_in([found(9, headers=event(9))])
    world.consumer.fails = lambda event_id: event_id == "event-9"
    before = world.shop.letter_store.__dict__.copy()
    tried = await asked(world, REPLAY, filter={"consumer": CONSUMER}, dry=True)
    assert tried["count"] == 3
    assert [verdict["prospect"] for verdict in tried["verdicts"]] == ["WOULD_APPLY", "WOULD_APPLY", "WOULD_FAIL"]
    assert world.consumer.effects == ["event-0"]
    assert world.shop.letter_store.__dict__ == before


async def test_of_letters_that_are_named_those_that_are_open_are_replayed(world: World, ids: list[str]) -> None:
    await asked(world, DISCARD, ids=ids[:1], reason="a test")
    done = await asked(world, REPLAY, ids=[ids[0], "nobody", ids[2]])
    assert done["count"] == 1
    assert done["errors"] == [
        {"code": "ALREADY_HANDLED", "path": ["ids", "0"]},
        {"code": "NOT_FOUND", "path": ["ids", "1"]},
    ]
    assert world.consumer.effects == ["event-2"]


async def test_nothing_to_replay_begins_nothing(world: World, ids: list[str]) -> None:
    done = await asked(world, REPLAY, filter={"consumer": "nobody"})
    assert done == {"count": 0, "workflow": None, "verdicts": None, "errors": []}
    assert (await asked(world, REPLAY, filter={"consumer": "nobody"}, dry=True))["verdicts"] == []
    assert (world.redrives.journal, len(ids)) == ([], 3)


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({}, ["ids"]),
        ({"ids": ["a"], "filter": {}}, ["ids"]),
        ({"ids": []}, ["ids"]),
        ({"filter": {"status": "REPLAYED"}}, ["filter", "status"]),
        ({"filter": {}, "reason": "x" * 501}, ["reason"]),
        ({"filter": {}, "reason": "\x1b[2J"}, ["reason"]),
        ({"filter": {}, "reason": " "}, ["reason"]),
    ],
)
async def test_a_replay_that_cannot_be_is_refused_with_the_place(
    world: World, variables: dict[str, object], path: list[str]
) -> None:
    done = await asked(world, REPLAY, **variables)
    assert (done["count"], done["errors"]) == (0, [{"code": "INVALID", "path": path}])
    assert world.redrives.journal == []


async def test_a_discard_says_who_and_why(world: World, ids: list[str]) -> None:
    done = await asked(world, DISCARD, ids=[ids[0], "nobody"], reason="a test order")
    assert (done["count"], done["errors"]) == (1, [{"code": "NOT_FOUND", "path": ["ids", "1"]}])
    letter = await asked(world, LETTER, id=ids[0])
    assert (letter["status"], letter["note"]) == ("DISCARDED", f"{world.ids['ops']}: a test order")


async def test_the_audit_trail_names_the_letters_and_the_filter(world: World, ids: list[str]) -> None:
    await asked(world, DISCARD, ids=ids[:1], reason="a test order")
    await asked(world, REPLAY, filter={"consumer": CONSUMER}, dry=True, reason="the shelf is back")
    page = await world.shop.trail.page(AuditQuery())
    replay, discard = ({each.name: each.value for each in edge.node.arguments} for edge in page.edges)
    assert discard == {"ids.0": ids[0], "reason": "a test order"}
    assert (replay["filter.consumer"], replay["filter.status"], replay["dryRun"]) == (CONSUMER, "PARKED", "true")
    assert replay["reason"] == "the shelf is back"


async def test_dead_letters_that_are_away_take_nothing_else_with_them(world: World) -> None:
    world.shop.watched["deadletters"].away = Unavailable("deadletters")
    query = "{ deadLetters { totalCount edges { node { id } } } deadLetterGroups { count } me { id } }"
    answer = await world.ask(query, {}, "ops")
    assert answer["data"] == {
        "deadLetters": {"totalCount": 0, "edges": []},
        "deadLetterGroups": None,
        "me": {"id": world.ids["ops"]},
    }
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAVAILABLE"}
    assert (await world.wire.send("GET", "/readyz")).status == 200
