"""How a campaign goes: everybody is told once, in its time, at its rate; it is held up and cancelled at any moment."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowUpdateFailedError

from services.notifications.campaigns.models import Campaign, CampaignContent, CampaignStatus
from services.shared.errors import Conflict, Invalid
from tests.campaigns.lab import QUICK, Case, Run, until
from tests.campaigns.outcomes import held, is_cancelled
from workflows.failures import refusal_of
from workflows.notifications import FanOutResult

pytestmark = pytest.mark.asyncio(loop_scope="module")


def counts(campaign: Campaign) -> tuple[int, int, int, int]:
    return campaign.recipients, campaign.sent, campaign.skipped, campaign.failed


async def test_everybody_is_told_once(case: Case) -> None:
    case.invite(25)
    run = await case.start()
    assert await run.result() == FanOutResult(sent=25)
    campaign = await case.campaign()
    assert (campaign.status, *counts(campaign)) == (CampaignStatus.COMPLETED, 25, 25, 0, 0)
    assert campaign.started_at
    assert campaign.finished_at
    assert set(case.post.mails.values()) == {1}
    assert len(case.post.mails) == 25
    assert (await case.progress(run)).status is CampaignStatus.COMPLETED


async def test_a_campaign_to_nobody_is_completed(case: Case) -> None:
    assert await (await case.start()).result() == FanOutResult()
    campaign = await case.campaign()
    assert (campaign.status, *counts(campaign)) == (CampaignStatus.COMPLETED, 0, 0, 0, 0)


async def test_it_answers_as_soon_as_it_is_written_down(case: Case) -> None:
    begins = await case.in_days(3)
    case.invite(1)
    run = await case.start(scheduled_for=begins)
    campaign = await case.opened(run)
    assert (campaign.id, campaign.status) == (case.campaign_id, CampaignStatus.SCHEDULED)
    await run.terminate()


async def test_it_begins_in_its_time(case: Case) -> None:
    begins = await case.in_days(3)
    case.invite(1)
    await (await case.start(scheduled_for=begins)).result()
    campaign = await case.campaign()
    assert campaign.started_at
    assert begins - timedelta(milliseconds=1) <= campaign.started_at < begins + timedelta(minutes=1)


@pytest.mark.parametrize("body", ["", "Hello {{nobody}}"])
async def test_what_cannot_be_is_never_written_down(case: Case, body: str) -> None:
    run = await case.start(content=CampaignContent(subject="Sale", body=body))
    with pytest.raises(WorkflowFailureError) as failed:
        await run.result()
    refusal = refusal_of(failed.value)
    assert isinstance(refusal, Invalid)
    assert [problem.path for problem in refusal.problems] == [("body",)]
    assert await case.post.store.by_ids([case.campaign_id]) == ()


async def test_what_the_mail_server_puts_off_is_sent_later(case: Case) -> None:
    case.invite(25)
    case.post.refusals.update({"u00003": 2, "u00017": 1})
    await (await case.start()).result()
    campaign = await case.campaign()
    assert counts(campaign) == (25, 25, 0, 0)
    assert set(case.post.mails.values()) == {1}
    assert campaign.started_at
    assert campaign.finished_at
    assert campaign.finished_at - campaign.started_at >= timedelta(minutes=2)


async def test_a_mail_server_that_is_away_is_asked_seldom(case: Case) -> None:
    case.invite(200)
    case.post.refusals.update({f"u{number:05d}": 3 for number in range(200)})
    await (await case.start(replace(QUICK, batch=100, chunk=100))).result()
    assert counts(await case.campaign()) == (200, 200, 0, 0)
    assert case.post.batches <= 2 * 4


async def test_the_rate_is_kept(case: Case) -> None:
    case.invite(60)
    await (await case.start(replace(QUICK, per_second=1))).result()
    campaign = await case.campaign()
    assert campaign.started_at
    assert campaign.finished_at
    assert campaign.finished_at - campaign.started_at >= timedelta(seconds=49)


async def test_only_so_many_batches_are_under_way(case: Case) -> None:
    case.invite(100)
    case.post.gate.clear()
    run = await case.start(replace(QUICK, at_once=3))
    await until(lambda: _under_way(case, 3))
    case.post.gate.set()
    await run.result()
    assert case.post.most_at_once == 3


async def _under_way(case: Case, number: int) -> bool:
    return case.post.most_at_once >= number


async def test_a_campaign_that_is_cancelled_midway_tells_nobody_more(case: Case) -> None:
    run = await held(case)
    cancelled = await case.cancel(run)
    assert cancelled.status is CampaignStatus.CANCELLED
    sent = sum(case.post.mails.values())
    case.post.gate.set()
    result = await run.result()
    campaign = await case.campaign()
    assert (campaign.status, *counts(campaign)) == (CampaignStatus.CANCELLED, 30, sent, 30 - sent, 0)
    assert result == FanOutResult(sent=sent, skipped=30 - sent)
    assert campaign.finished_at
    assert sum(case.post.mails.values()) == sent


async def test_a_campaign_that_is_cancelled_before_its_time_tells_nobody(case: Case) -> None:
    case.invite(3)
    run = await case.start(scheduled_for=await case.in_days(3))
    assert (await case.cancel(run)).status is CampaignStatus.CANCELLED
    assert await run.result() == FanOutResult()
    assert counts(await case.campaign()) == (0, 0, 0, 0)


async def test_a_campaign_is_held_up_and_goes_on(case: Case) -> None:
    run = await held(case)
    assert (await case.pause(run, paused=True)).paused
    sent = sum(case.post.mails.values())
    case.post.gate.set()
    await until(lambda: _nothing_under_way(case, run))
    assert sum(case.post.mails.values()) == sent
    assert (await case.progress(run)).paused
    assert not (await case.pause(run, paused=False)).paused
    assert await run.result() == FanOutResult(sent=30)
    assert set(case.post.mails.values()) == {1}


async def _nothing_under_way(case: Case, run: Run) -> bool:
    return (await case.progress(run)).under_way == 0


async def test_the_ui_shows_how_far_it_is(case: Case) -> None:
    run = await held(case)
    await case.pause(run, paused=True)
    case.post.gate.set()
    await until(lambda: _nothing_under_way(case, run))
    underway = await _shown(run)
    assert "**RUNNING**, paused: PROMOTIONAL to " in underway
    assert "- recipients: 30, given to batches: 10" in underway
    assert "- sent: 5, skipped: 0, failed: 0" in underway
    await case.pause(run, paused=False)
    await run.result()
    assert "- sent: 30, skipped: 0, failed: 0" in await _shown(run)


async def _shown(run: Run) -> str:
    metadata: WorkflowMetadata = await run.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str(metadata.current_details)


async def test_a_campaign_that_is_held_up_can_be_cancelled(case: Case) -> None:
    run = await held(case)
    await case.pause(run, paused=True)
    assert not (await case.cancel(run)).paused
    case.post.gate.set()
    result = await run.result()
    assert result.sent + result.skipped == 30
    assert result.skipped > 0


async def test_a_campaign_that_is_paused_before_its_time_waits(case: Case) -> None:
    case.invite(3)
    begins = await case.in_days(3)
    run = await case.start(scheduled_for=begins)
    await case.pause(run, paused=True)
    await case.env.sleep(timedelta(days=4))
    assert (await case.campaign()).status is CampaignStatus.SCHEDULED
    await case.pause(run, paused=False)
    assert await run.result() == FanOutResult(sent=3)


async def test_a_wish_that_comes_too_late_is_refused(case: Case) -> None:
    case.invite(1)
    case.post.gate.clear()
    run = await case.start()
    await case.post.entered.wait()
    cancelled = await case.cancel(run)
    assert cancelled.status is CampaignStatus.CANCELLED
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await case.pause(run, paused=True)
    assert isinstance(refusal_of(failed.value), Conflict)
    case.post.gate.set()
    await run.result()


async def test_a_long_campaign_goes_on_in_new_runs(case: Case) -> None:
    case.invite(95)
    case.post.refusals.update({"u00003": 3})
    run = await case.start(replace(QUICK, batches_a_run=3))
    assert await run.result() == FanOutResult(sent=95)
    assert set(case.post.mails.values()) == {1}
    description = await case.client.get_workflow_handle(run.id).describe()
    assert description.run_id != run.first_execution_run_id
    assert description.typed_search_attributes.search_attributes


async def test_cancelled_by_the_platform_it_ends_as_cancelled(case: Case) -> None:
    run = await held(case)
    await run.cancel()
    await until(lambda: is_cancelled(case))
    case.post.gate.set()
    with pytest.raises(WorkflowFailureError):
        await run.result()
    assert (await run.describe()).status is WorkflowExecutionStatus.CANCELED
    campaign = await case.campaign()
    assert campaign.status is CampaignStatus.CANCELLED
    assert campaign.sent + campaign.skipped == campaign.recipients == 30


async def test_a_batch_that_fails_is_begun_again(case: Case) -> None:
    case.invite(25)
    case.post.away = 3
    assert await (await case.start()).result() == FanOutResult(sent=25)
    assert set(case.post.mails.values()) == {1}


async def test_a_campaign_whose_run_was_ended_goes_on_in_another(case: Case) -> None:
    run = await held(case)
    await run.terminate()
    case.post.gate.set()
    assert (await (await case.again()).result()).sent == 30
    assert set(case.post.mails.values()) == {1}
    assert counts(await case.campaign()) == (30, 30, 0, 0)


async def test_people_are_asked_for_who_had_accounts_before(case: Case) -> None:
    case.post.contacts = ["page one", "page two"]
    case.invite(1)
    await (await case.start()).result()
    assert case.post.learnt == ["page one", "page two"]


async def test_wishes_at_the_same_moment_do_not_undo_each_other(case: Case) -> None:
    run = await held(case)
    # Whichever is served first: a pause that comes behind the cancellation is refused.
    wishes = (case.pause(run, paused=True), case.pause(run, paused=False), case.cancel(run))
    *_, cancelled = await asyncio.gather(*wishes, return_exceptions=True)
    assert isinstance(cancelled, Campaign)
    case.post.gate.set()
    result = await run.result()
    campaign = await case.campaign()
    assert campaign.status is CampaignStatus.CANCELLED
    assert result.sent + result.skipped == 30
