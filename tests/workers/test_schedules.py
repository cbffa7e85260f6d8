"""Schedules on a real Temporal: made once, brought up to date, and left paused where a person paused them."""

import dataclasses
from datetime import timedelta

import pytest
from temporalio.client import Client, ScheduleIntervalSpec, ScheduleOverlapPolicy, ScheduleSpec

from services.infra.settings import ServicesSettings
from tests.workers.temporal_node import TemporalNode
from workers.schedules import ensure_schedule, schedules_of
from workers.temporal import ensure_search_attributes
from workflows.names import EXPIRE_RESERVATIONS_SCHEDULE, SEARCH_ATTRIBUTES


@pytest.fixture
async def client(temporal_node: TemporalNode) -> Client:
    return await temporal_node.client()


async def test_the_sweep_is_scheduled_as_the_contract_says(client: Client) -> None:
    wanted = schedules_of("inventory", ServicesSettings())
    assert list(wanted) == ["expire-reservations"]
    await ensure_schedule(client, EXPIRE_RESERVATIONS_SCHEDULE, wanted[EXPIRE_RESERVATIONS_SCHEDULE])
    found = (await client.get_schedule_handle(EXPIRE_RESERVATIONS_SCHEDULE).describe()).schedule
    assert [interval.every for interval in found.spec.intervals] == [timedelta(seconds=10)]
    assert found.spec.jitter == timedelta(seconds=1)
    assert found.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert found.policy.catchup_window == timedelta(minutes=1)


async def test_a_drifted_schedule_is_brought_up_to_date_and_a_pause_stays(client: Client) -> None:
    wanted = schedules_of("inventory", ServicesSettings())[EXPIRE_RESERVATIONS_SCHEDULE]
    hourly = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))])
    await ensure_schedule(client, "drifted", dataclasses.replace(wanted, spec=hourly))
    await client.get_schedule_handle("drifted").pause(note="by a person")
    await ensure_schedule(client, "drifted", wanted)
    found = (await client.get_schedule_handle("drifted").describe()).schedule
    assert [interval.every for interval in found.spec.intervals] == [timedelta(seconds=10)]
    assert (found.state.paused, found.state.note) == (True, "by a person")


async def test_only_inventory_brings_a_schedule() -> None:
    assert not any(schedules_of(name, ServicesSettings()) for name in ("catalog", "orders", "payments", "users"))


async def test_search_attributes_can_be_used_once_they_are_ensured(client: Client) -> None:
    await ensure_search_attributes(client)
    await ensure_search_attributes(client)
    for key in SEARCH_ATTRIBUTES:
        assert (await client.count_workflows(f"{key.name} = 'x'")).count == 0
