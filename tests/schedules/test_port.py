"""The gateway's port to schedules: on Temporal and in memory, and what an absence answers."""

import asyncio
from collections.abc import Iterator

import pytest
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow

from gateway.temporal_schedules import TemporalSchedules
from services.infra.settings import Settings
from services.shared.clock import SystemClock
from services.shared.errors import Unavailable
from tests.gateway.temporal import connected, server
from tests.schedules.contract import SWEEP, Port, SchedulesContract
from tests.schedules.memory import MemorySchedules
from tests.support.mongo import free_port
from workers.schedules.keeping import make_schedules
from workers.schedules.table import all_schedules
from workflows.plugin import caravan_plugin


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as address:
        yield address


@pytest.fixture
async def client(address: str) -> Client:
    """With the schedules of all services, new ones, and no worker: a run that is started goes on."""
    client = await connected(address)
    for each in await TemporalSchedules(client, 10).all():
        await end(client, each.id)
    await make_schedules(client, all_schedules(Settings()))
    return client


async def end(client: Client, schedule_id: str) -> None:
    """The schedule and its runs: they are named by the second, so another test's run could be in the way."""
    handle = client.get_schedule_handle(schedule_id)
    for run in (await handle.describe()).info.running_actions:
        assert isinstance(run, ScheduleActionExecutionStartWorkflow)
        await client.get_workflow_handle(run.workflow_id).terminate()
    await handle.delete()


class TestTemporalSchedules(SchedulesContract):
    @pytest.fixture
    async def port(self, client: Client) -> Port:
        async def begin_run(schedule_id: str) -> None:
            handle = client.get_schedule_handle(schedule_id)
            await handle.trigger()
            while not (await handle.describe()).info.running_actions:  # noqa: ASYNC110 (Temporal tells nobody)
                await asyncio.sleep(0.02)

        return Port(TemporalSchedules(client, 10), begin_run)

    async def test_one_that_is_not_made_is_left_out_and_not_found(self, client: Client, port: Port) -> None:
        await client.get_schedule_handle(SWEEP).delete()
        assert SWEEP not in {each.id for each in await port.schedules.all()}


class TestMemorySchedules(SchedulesContract):
    @pytest.fixture
    async def port(self) -> Port:
        schedules = MemorySchedules(SystemClock())

        async def begin_run(schedule_id: str) -> None:
            schedules.busy.add(schedule_id)

        return Port(schedules, begin_run)


async def test_an_engine_that_is_away_is_told_in_time() -> None:
    client = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    schedules = TemporalSchedules(client, 0.5)
    with pytest.raises(Unavailable):
        await schedules.all()
    with pytest.raises(Unavailable):
        await schedules.trigger(SWEEP)
    with pytest.raises(Unavailable):
        await schedules.pause(SWEEP, paused=True, note="by olga")
