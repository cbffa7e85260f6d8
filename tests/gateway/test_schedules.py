"""Scheduled jobs in GraphQL: seen, run and held up by OPS, refused with a code, and all of it on record."""

from tests.gateway.world import World

ALL = "{ schedules { id cadence workflowType paused note lastRunAt nextRunAt } }"
TRIGGER = """mutation ($id: ID!) { triggerSchedule(id: $id) {
  schedule { id lastRunAt } errors { code message path } } }"""
PAUSE = """mutation ($id: ID!, $paused: Boolean!) { pauseSchedule(id: $id, paused: $paused) {
  schedule { id paused note nextRunAt } errors { code path } } }"""
SWEEP = "expire-reservations"


async def test_ops_sees_when_each_job_runs(world: World) -> None:
    listed = (await world.ask(ALL, {}, "ops"))["data"]["schedules"]
    sweep = next(each for each in listed if each["id"] == SWEEP)
    assert (sweep["cadence"], sweep["workflowType"]) == ("every 10 seconds", "ExpireReservations")
    assert (sweep["paused"], sweep["note"], sweep["lastRunAt"]) == (False, None, None)
    assert sweep["nextRunAt"].endswith("Z")


async def test_a_job_runs_when_ops_says_so(world: World) -> None:
    done = (await world.ask(TRIGGER, {"id": SWEEP}, "ops"))["data"]["triggerSchedule"]
    assert done["errors"] == []
    assert done["schedule"]["lastRunAt"]
    assert world.schedules.journal == [f"triggered {SWEEP}"]


async def test_a_job_is_held_up_and_let_go_on_by_somebody(world: World) -> None:
    paused = (await world.ask(PAUSE, {"id": SWEEP, "paused": True}, "ops"))["data"]["pauseSchedule"]
    assert paused == {
        "schedule": {"id": SWEEP, "paused": True, "note": f"paused by {world.ids['ops']}", "nextRunAt": None},
        "errors": [],
    }
    resumed = (await world.ask(PAUSE, {"id": SWEEP, "paused": False}, "admin"))["data"]["pauseSchedule"]
    assert (resumed["schedule"]["paused"], resumed["schedule"]["note"]) == (False, f"resumed by {world.ids['admin']}")


async def test_what_cannot_be_done_is_refused_with_a_code_and_a_path(world: World) -> None:
    world.schedules.busy.add(SWEEP)
    for query, variables, code in (
        (TRIGGER, {"id": "none"}, "NOT_FOUND"),
        (TRIGGER, {"id": SWEEP}, "CONFLICT"),
        (TRIGGER, {"id": "\x00"}, "INVALID"),
        (PAUSE, {"id": "none", "paused": True}, "NOT_FOUND"),
        (PAUSE, {"id": "x" * 201, "paused": True}, "INVALID"),
    ):
        answer = await world.ask(query, variables, "ops")
        (payload,) = answer["data"].values()
        assert payload["schedule"] is None
        assert [(each["code"], each["path"]) for each in payload["errors"]] == [(code, ["id"])]
    assert world.schedules.journal == []


async def test_who_did_what_is_in_the_trail(world: World) -> None:
    await world.ask(PAUSE, {"id": SWEEP, "paused": True}, "ops")
    records = "{ auditRecords { edges { node { action outcome actorId arguments { name value } } } } }"
    (edge,) = (await world.ask(records, {}, "admin"))["data"]["auditRecords"]["edges"]
    assert edge["node"] == {
        "action": "pauseSchedule",
        "outcome": "DONE",
        "actorId": world.ids["ops"],
        "arguments": [{"name": "id", "value": SWEEP}, {"name": "paused", "value": "true"}],
    }


async def test_schedules_that_are_away_take_nothing_from_what_is_asked_beside_them(world: World) -> None:
    world.schedules.away = True
    answer = await world.ask("{ schedules { id } me { id } }", {}, "ops")
    assert answer["data"] == {"schedules": [], "me": {"id": world.ids["ops"]}}
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["standIn"]) == (["schedules"], True)


async def test_an_engine_that_is_away_is_unavailable(world: World) -> None:
    world.schedules.away = True
    for query, variables in ((ALL, {}), (TRIGGER, {"id": SWEEP}), (PAUSE, {"id": SWEEP, "paused": True})):
        answer = await world.ask(query, variables, "ops")
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["UNAVAILABLE"]
