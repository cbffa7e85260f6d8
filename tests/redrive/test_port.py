"""The gateway's port to redrives: on Temporal and in memory, and what a slow dry run and an absence answer."""

import pytest
from temporalio.client import Client

from gateway.temporal_redrives import TemporalRedrives
from services.shared.errors import Unavailable
from tests.redrive.lab import Case
from tests.redrive.memory import MemoryRedrives
from tests.redrive.port_contract import DRY, Port, RedrivesContract
from tests.support.mongo import free_port
from workflows.plugin import caravan_plugin
from workflows.redrives import RedriveState

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestTemporalRedrives(RedrivesContract):
    @pytest.fixture
    def port(self, case: Case) -> Port:
        return Port(TemporalRedrives(case.client, 10), case)

    async def test_a_dry_run_that_takes_longer_tells_how_far_it_is(self, case: Case) -> None:
        await case.letters.park("stock-notes", "e1")
        case.notes.gate.clear()
        told = await TemporalRedrives(case.client, 2).preview(case.request_id, DRY)
        assert (told.state, told.total, told.tally.done) == (RedriveState.RUNNING, 1, 0)
        case.notes.gate.set()


class TestMemoryRedrives(RedrivesContract):
    @pytest.fixture
    def port(self, case: Case) -> Port:
        consumers = {"stock-notes": case.notes, "live-orders": case.live}
        return Port(MemoryRedrives(case.letters.service, consumers), case)


async def test_an_engine_that_is_away_is_told_in_time() -> None:
    client = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    with pytest.raises(Unavailable):
        await TemporalRedrives(client, 0.5).start("r1", DRY)
