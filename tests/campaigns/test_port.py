"""The gateway's port to campaigns: on Temporal and in memory under one suite; ended runs and an absence on Temporal."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession
from temporalio.client import Client

from gateway.campaigns import CampaignRuns
from gateway.composition import backends_of
from gateway.ports import SagaClosed
from gateway.temporal_campaigns import TemporalCampaigns
from services.infra.settings import Settings
from services.notifications.campaigns.models import CampaignContent, CampaignStatus, CreateCampaign
from services.shared.errors import Invalid, NotFound, Unavailable
from tests.campaigns.lab import QUICK, Case
from tests.gateway.campaign_runs import MemoryCampaignRuns
from tests.notifications.campaigns.makers import a_wish
from tests.support.identity import IDENTITY, line
from tests.support.mongo import free_port
from workflows.names import campaign_workflow_id
from workflows.notifications import FanOutInput
from workflows.plugin import caravan_plugin

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE: tuple[str, ...] = ()


@dataclass
class Port:
    """The port under test; its campaign is the case's."""

    runs: CampaignRuns
    case: Case

    async def wish(self) -> CreateCampaign:
        """One that begins in three days."""
        self.case.invite(3)
        wish: CreateCampaign = self.case.wish(scheduled_for=await self.case.in_days(3))
        return wish


class CampaignRunsContract(ABC):
    """The suite. A subclass gives the port."""

    @pytest.fixture
    @abstractmethod
    def port(self, case: Case) -> Port: ...

    async def test_a_start_is_answered_when_it_is_written_down_and_repeats_are_the_same(self, port: Port) -> None:
        wish = await port.wish()
        campaign = await port.runs.start(wish)
        assert (campaign.id, campaign.status, campaign.paused) == (wish.campaign_id, CampaignStatus.SCHEDULED, False)
        assert await port.runs.start(wish) == campaign == await port.case.campaign()
        await port.runs.cancel(wish.campaign_id)

    async def test_what_cannot_be_is_refused_at_its_place(self, port: Port) -> None:
        wish = port.case.wish(content=CampaignContent(subject="Sale", body="Hello {{nobody}}"))
        with pytest.raises(Invalid) as refused:
            await port.runs.start(wish)
        assert refused.value.problems[0].path == ("body",)

    async def test_it_is_held_up_let_go_on_and_cancelled(self, port: Port) -> None:
        wish = await port.wish()
        await port.runs.start(wish)
        assert (await port.runs.pause(wish.campaign_id, paused=True)).paused
        assert (await port.case.campaign()).paused
        assert not (await port.runs.pause(wish.campaign_id, paused=False)).paused
        assert (await port.runs.cancel(wish.campaign_id)).status is CampaignStatus.CANCELLED
        assert (await port.case.campaign()).status is CampaignStatus.CANCELLED

    async def test_there_must_be_such_a_campaign(self, port: Port) -> None:
        for asked in (port.runs.cancel(port.case.campaign_id), port.runs.pause(port.case.campaign_id, paused=True)):
            with pytest.raises(NotFound):
                await asked


class TestTemporalCampaigns(CampaignRunsContract):
    @pytest.fixture
    def port(self, case: Case) -> Port:
        return Port(TemporalCampaigns(case.client, 10, QUICK, HERE), case)

    async def test_one_whose_run_was_ended_from_outside_is_cancelled_to_its_end_by_another(self, port: Port) -> None:
        wish = await port.wish()
        await port.runs.start(wish)
        run = port.case.client.get_workflow_handle(campaign_workflow_id(wish.campaign_id))
        await run.terminate("a test")
        assert (await port.runs.cancel(wish.campaign_id)).status is CampaignStatus.CANCELLED
        await run.result()
        assert (await port.case.campaign()).finished_at is not None
        assert port.case.post.mails.total() == 0

    async def test_one_that_has_ended_well_takes_no_wish_any_more(self, port: Port) -> None:
        port.case.invite(3)
        await port.runs.start(port.case.wish())
        await port.case.client.get_workflow_handle(campaign_workflow_id(port.case.campaign_id)).result()
        for asked in (port.runs.cancel(port.case.campaign_id), port.runs.pause(port.case.campaign_id, paused=True)):
            with pytest.raises(SagaClosed):
                await asked
        assert (await port.case.campaign()).sent == 3


class TestMemoryCampaignRuns(CampaignRunsContract):
    @pytest.fixture
    def port(self, case: Case) -> Port:
        return Port(MemoryCampaignRuns(case.post.campaigns, case.post.clock), case)


async def test_campaigns_go_as_fast_as_the_settings_say(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARAVAN_NOTIFICATIONS__CAMPAIGN_RATE", "7")
    case.invite(1)
    async with ClientSession() as session:
        backends = backends_of(Settings(), line(session, IDENTITY), case.post.clock, case.client)
        await backends.campaign_runs.start(case.wish(scheduled_for=await case.in_days(3)))
    run = case.client.get_workflow_handle(campaign_workflow_id(case.campaign_id))
    begun = (await run.fetch_history()).events[0].workflow_execution_started_event_attributes
    (given,) = await case.client.data_converter.decode(begun.input.payloads, [FanOutInput])
    assert given.campaign.rules.per_second == 7
    await backends.campaign_runs.cancel(case.campaign_id)


async def test_an_engine_that_is_away_is_told_in_time() -> None:
    client = await Client.connect(f"127.0.0.1:{free_port()}", plugins=[caravan_plugin()], lazy=True)
    with pytest.raises(Unavailable) as failure:
        await TemporalCampaigns(client, 0.5, QUICK, HERE).start(a_wish("c1"))
    assert failure.value.dependency == "workflows"
