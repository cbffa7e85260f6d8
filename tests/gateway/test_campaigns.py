"""Campaigns through the API: made, held up and cancelled by OPS; what cannot be is refused with its path."""

from datetime import timedelta
from typing import Any

import pytest

from services.notifications.campaigns.models import OPEN, CampaignStatus
from services.notifications.campaigns.ports import CampaignChange
from tests.gateway.world import World, campaign_input

CREATE = """mutation M($input: CampaignInput!) { createCampaign(input: $input) {
  campaign { id name category audience status paused recipients sent skipped failed scheduledFor startedAt finishedAt }
  errors { code path message } } }"""
TELL = {
    "cancel": "mutation M($id: ID!) { cancelCampaign(id: $id) { campaign { id status } errors { code path } } }",
    "pause": """mutation M($id: ID!) { pauseCampaign(id: $id, paused: true) {
      campaign { id paused } errors { code path } } }""",
    "go on": """mutation M($id: ID!) { pauseCampaign(id: $id, paused: false) {
      campaign { id paused } errors { code path } } }""",
}
LIST = """query Q($first: Int, $after: String) { campaigns(first: $first, after: $after) {
  edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }"""


async def create(world: World, **changes: object) -> dict[str, Any]:
    answer = await world.ask(CREATE, {"input": campaign_input(**changes)}, "ops")
    payload: dict[str, Any] = answer["data"]["createCampaign"]
    return payload


async def created(world: World, **changes: object) -> str:
    payload = await create(world, **changes)
    assert payload["errors"] == []
    campaign_id: str = payload["campaign"]["id"]
    return campaign_id


async def tell(world: World, deed: str, campaign_id: str) -> dict[str, Any]:
    answer = await world.ask(TELL[deed], {"id": campaign_id}, "ops")
    (payload,) = answer["data"].values()
    told: dict[str, Any] = payload
    return told


async def test_a_campaign_is_answered_as_it_was_written_down(world: World) -> None:
    moment = world.shop.clock.now() + timedelta(days=1)
    written = f"{moment.astimezone():%Y-%m-%dT%H:%M:%S}.123+00:00"
    payload = await create(world, scheduledFor=written)
    assert payload["errors"] == []
    assert payload["campaign"] | {"id": ""} == {
        "id": "",
        "name": "Winter sale",
        "category": "PROMOTIONAL",
        "audience": "ALL_CUSTOMERS",
        "status": "SCHEDULED",
        "paused": False,
        **dict.fromkeys(("recipients", "sent", "skipped", "failed"), 0),
        "scheduledFor": written.replace("+00:00", "Z"),
        "startedAt": None,
        "finishedAt": None,
    }


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": " "}, ["name"]),
        ({"category": "SECURITY"}, ["category"]),
        ({"subject": "a\nBcc: everybody@example.org"}, ["subject"]),
        ({"subject": "{{password}}"}, ["subject"]),
        ({"body": "Hello {{nobody}}"}, ["body"]),
        ({"body": "x" * 100_000}, ["body"]),
        ({"scheduledFor": "2020-01-01T00:00:00Z"}, ["scheduledFor"]),
    ],
)
async def test_what_cannot_be_is_refused_and_begins_nothing(
    world: World, changes: dict[str, object], path: list[str]
) -> None:
    payload = await create(world, **changes)
    assert payload["campaign"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", path)]
    assert world.nothing_happened()


async def test_a_body_of_a_megabyte_is_refused(world: World) -> None:
    answer = await world.ask(CREATE, {"input": campaign_input(body="x" * 1_000_000)}, "ops")
    assert "errors" in answer or answer["data"]["createCampaign"]["errors"][0]["path"] == ["body"]
    assert world.nothing_happened()


@pytest.mark.parametrize("moment", ["tomorrow", "2027-01-01", "2027-01-01T00:00:00", "2027-13-01T00:00:00Z", 1, ""])
async def test_a_moment_is_a_timestamp_with_an_offset(world: World, moment: object) -> None:
    answer = await world.ask(CREATE, {"input": campaign_input(scheduledFor=moment)}, "ops")
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["input", "scheduledFor"]}
    assert world.nothing_happened()


async def test_a_campaign_is_held_up_and_goes_on(world: World) -> None:
    campaign_id = await created(world)
    for deed, paused in (("pause", True), ("pause", True), ("go on", False)):
        assert await tell(world, deed, campaign_id) == {
            "campaign": {"id": campaign_id, "paused": paused},
            "errors": [],
        }


async def test_a_campaign_is_cancelled_once_and_again(world: World) -> None:
    campaign_id = await created(world)
    for _ in range(2):
        told = await tell(world, "cancel", campaign_id)
        assert told == {"campaign": {"id": campaign_id, "status": "CANCELLED"}, "errors": []}


@pytest.mark.parametrize("deed", ["cancel", "pause", "go on"])
async def test_a_campaign_that_has_ended_takes_no_wish(world: World, deed: str) -> None:
    campaign_id = await created(world)
    await world.shop.campaign_store.change(campaign_id, OPEN, CampaignChange(status=CampaignStatus.COMPLETED))
    world.forget()
    assert await tell(world, deed, campaign_id) == {"campaign": None, "errors": [{"code": "CONFLICT", "path": ["id"]}]}
    assert world.nothing_happened()


@pytest.mark.parametrize("deed", TELL)
async def test_a_campaign_that_is_not_there_takes_no_wish(world: World, deed: str) -> None:
    assert await tell(world, deed, "none") == {"campaign": None, "errors": [{"code": "NOT_FOUND", "path": ["id"]}]}
    assert world.nothing_happened()


async def test_campaigns_are_listed_newest_first_page_by_page(world: World) -> None:
    for number in range(3):
        world.shop.clock.advance(timedelta(seconds=1))
        await created(world, name=f"sale {number}")
    first = (await world.ask(LIST, {"first": 2}, "ops"))["data"]["campaigns"]
    assert [edge["node"]["name"] for edge in first["edges"]] == ["sale 2", "sale 1"]
    assert first["pageInfo"]["hasNextPage"]
    rest = (await world.ask(LIST, {"first": 2, "after": first["pageInfo"]["endCursor"]}, "ops"))["data"]["campaigns"]
    assert [edge["node"]["name"] for edge in rest["edges"]] == ["sale 0"]
    assert not rest["pageInfo"]["hasNextPage"]


async def test_one_campaign_is_found_by_its_id(world: World) -> None:
    campaign_id = await created(world)
    query = "query Q($id: ID!) { campaign(id: $id) { id name workflow { id } } }"
    answer = await world.ask(query, {"id": campaign_id}, "ops")
    assert answer["data"]["campaign"]["name"] == "Winter sale"
    assert (await world.ask(query, {"id": "none"}, "ops"))["data"]["campaign"] is None


async def test_campaigns_wait_for_their_workflows(world: World) -> None:
    world.campaign_runs.away = True
    answer = await world.ask(CREATE, {"input": campaign_input()}, "ops")
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
