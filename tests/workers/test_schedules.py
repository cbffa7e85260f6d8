"""Schedules on a real Temporal: made once, kept as they are wanted, told where they were not. A pause stays."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from cli.doctor.schedules import check_schedules
from cli.stack.checks import SetOtherwise, Waits
from services.infra.settings import Settings, TemporalSettings
from services.shared.errors import Unavailable
from tests.support.mongo import free_port
from tests.workers.temporal_node import TemporalNode
from workers.schedules.drift import differences
from workers.schedules.keeping import keep_schedules, make_schedules
from workers.schedules.table import all_schedules, schedules_of
from workers.temporal import ensure_search_attributes
from workflows.names import SCHEDULES, SEARCH_ATTRIBUTES
from workflows.plugin import caravan_plugin
from workflows.recommendations import RecommendTrendingInput

SWEEP = "expire-reservations"
WANTED = all_schedules(Settings())


@pytest.fixture
async def client(temporal_node: TemporalNode) -> Client:
    return await temporal_node.client()


async def found(client: Client, name: str) -> Schedule:
    return (await client.get_schedule_handle(name).describe()).schedule


def drifts(name: str, part: str) -> float:
    return REGISTRY.get_sample_value("caravan_schedule_drifted_total", {"schedule": name, "part": part}) or 0.0


def test_each_service_brings_its_own_and_all_of_them_are_known_by_name() -> None:
    assert set(schedules_of("inventory", Settings())) == {SWEEP}
    assert set(WANTED) == set(SCHEDULES)
    assert set(schedules_of("notifications", Settings())) == {"weekly-recommendations"}
    assert set(schedules_of("recommendations", Settings())) == {"refresh-recommendations"}


def test_the_weekly_campaign_goes_as_fast_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARAVAN_NOTIFICATIONS__CAMPAIGN_RATE", "7")
    action = all_schedules(Settings())["weekly-recommendations"].action
    assert isinstance(action, ScheduleActionStartWorkflow)
    (given,) = action.args
    assert isinstance(given, RecommendTrendingInput)
    assert given.rules.per_second == 7


async def test_the_sweep_is_scheduled_as_the_contract_says(client: Client) -> None:
    await make_schedules(client, {SWEEP: WANTED[SWEEP]})
    made = await found(client, SWEEP)
    assert [interval.every for interval in made.spec.intervals] == [timedelta(seconds=10)]
    assert made.spec.jitter == timedelta(seconds=1)
    assert made.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert made.policy.catchup_window == timedelta(minutes=1)


@pytest.mark.parametrize("name", WANTED)
async def test_what_was_made_is_as_wanted_and_is_not_made_again(client: Client, name: str) -> None:
    with capture_logs() as logs:
        await make_schedules(client, {f"same-{name}": WANTED[name]})
        await make_schedules(client, {f"same-{name}": WANTED[name]})
    assert [line["event"] for line in logs] == ["schedule made"]
    assert differences(name, WANTED[name], await found(client, f"same-{name}")) == ()
    described = await client.get_schedule_handle(f"same-{name}").describe()
    assert described.info.last_updated_at is None


def hourly(schedule: Schedule) -> Schedule:
    return dataclasses.replace(schedule, spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))]))


def piled_up(schedule: Schedule) -> Schedule:
    policy = dataclasses.replace(schedule.policy, overlap=ScheduleOverlapPolicy.ALLOW_ALL)
    return dataclasses.replace(schedule, policy=policy)


def limited(schedule: Schedule) -> Schedule:
    return dataclasses.replace(schedule, state=ScheduleState(limited_actions=True, remaining_actions=3))


def only_at_night(schedule: Schedule) -> Schedule:
    night = ScheduleCalendarSpec(hour=[ScheduleRange(22, 23)])
    spec = dataclasses.replace(schedule.spec, calendars=[night], time_zone_name="Europe/Berlin")
    return dataclasses.replace(schedule, spec=spec)


def elsewhere(schedule: Schedule) -> Schedule:
    other = ScheduleActionStartWorkflow("Other", "else", id="other", task_queue="nobody")
    return dataclasses.replace(schedule, action=other)


CHANGES: dict[str, tuple[Callable[[Schedule], Schedule], set[str]]] = {
    "hourly": (hourly, {"times", "jitter"}),
    "piled up": (piled_up, {"overlap"}),
    "limited": (limited, {"limit of runs"}),
    "only at night": (only_at_night, {"times"}),
    "elsewhere": (elsewhere, {"workflow", "input", "timeouts", "summary"}),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_a_person_changed_is_told_and_mended(client: Client, change: str) -> None:
    alter, parts = CHANGES[change]
    name, wanted = f"changed {change}", WANTED[SWEEP]
    await make_schedules(client, {name: wanted})

    def altered(current: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(alter(current.description.schedule))

    await client.get_schedule_handle(name).update(altered)
    with capture_logs() as logs:
        await make_schedules(client, {name: wanted})
    assert {line["part"] for line in logs if line["log_level"] == "warning"} == parts
    assert differences(name, wanted, await found(client, name)) == ()
    assert {part for part in parts if drifts(name, part) == 1} == parts


async def test_a_pause_stays_with_its_note_whatever_is_mended(client: Client) -> None:
    await make_schedules(client, {"paused": hourly(WANTED[SWEEP])})
    await client.get_schedule_handle("paused").pause(note="by a person")
    await make_schedules(client, {"paused": WANTED[SWEEP]})
    now = await found(client, "paused")
    assert differences("paused", WANTED[SWEEP], now) == ()
    assert (now.state.paused, now.state.note) == (True, "by a person")
    assert REGISTRY.get_sample_value("caravan_schedule_paused", {"schedule": "paused"}) == 1


async def test_a_running_process_mends_what_is_changed_and_what_is_deleted(client: Client) -> None:
    wanted = {"kept": WANTED[SWEEP]}
    await make_schedules(client, wanted)
    stop = asyncio.Event()
    keeping = asyncio.create_task(keep_schedules(client, wanted, stop, every=0.02))
    await client.get_schedule_handle("kept").update(lambda now: ScheduleUpdate(hourly(now.description.schedule)))
    await until(lambda: drifts("kept", "times") == 1)
    await client.get_schedule_handle("kept").delete()
    await until(lambda: drifts("kept", "presence") >= 1)
    stop.set()
    await keeping
    assert differences("kept", wanted["kept"], await found(client, "kept")) == ()


async def test_a_process_ends_soon_while_temporal_is_away() -> None:
    away = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    with pytest.raises(Unavailable):
        await make_schedules(away, WANTED)
    stop = asyncio.Event()
    keeping = asyncio.create_task(keep_schedules(away, WANTED, stop, every=0.01))
    await asyncio.wait({keeping}, timeout=0.2)
    stop.set()
    async with asyncio.timeout(2):
        await keeping


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (a metric tells nobody)
            await asyncio.sleep(0.02)


async def test_the_doctor_tells_of_them(client: Client, temporal_node: TemporalNode) -> None:
    settings = Settings(temporal=TemporalSettings(address=temporal_node.address))
    await make_schedules(client, WANTED)
    assert await check_schedules(temporal_node.address, settings) == f"{len(WANTED)} of them"
    sweep = client.get_schedule_handle(SWEEP)
    await sweep.pause(note="the shelf is being painted")
    said = f"{SWEEP} is paused (the shelf is being painted): `caravan schedules resume {SWEEP}`"
    assert said in await check_schedules(temporal_node.address, settings)
    await sweep.update(lambda now: ScheduleUpdate(piled_up(now.description.schedule)))
    with pytest.raises(SetOtherwise, match=f"{SWEEP} has the overlap ALLOW_ALL, not SKIP"):
        await check_schedules(temporal_node.address, settings)
    await sweep.delete()
    with pytest.raises(SetOtherwise, match=f"{SWEEP} is not there"):
        await check_schedules(temporal_node.address, settings)


async def test_where_temporal_is_away_nothing_is_said_of_them() -> None:
    with pytest.raises(Waits, match="waits for temporal"):
        await check_schedules(f"127.0.0.1:{free_port()}", Settings())


async def test_search_attributes_can_be_used_once_they_are_ensured(client: Client) -> None:
    await ensure_search_attributes(client)
    await ensure_search_attributes(client)
    for key in SEARCH_ATTRIBUTES:
        assert (await client.count_workflows(f"{key.name} = 'x'")).count == 0
