"""People are told of an event once, whatever the mail server answers, and however long it takes."""

from datetime import timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError

from services.notifications.deliveries import AddressRefused, ContentRefused, LaneRefused, OutcomeUnknown, TryAgain
from services.notifications.models import Lane, Reason, Status
from services.shared.errors import Invalid
from tests.fan_out.lab import LOCAL, REMOTE, Case, Lab
from workflows.failures import refusal_of
from workflows.notifications import FanOutResult

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENT = FanOutResult(sent=1)


@pytest.mark.parametrize("colocated", [LOCAL, REMOTE], ids=["local", "remote"])
async def test_a_customer_whose_contact_is_not_known_is_asked_for_and_told(
    lab: Lab, colocated: tuple[str, ...]
) -> None:
    case = await lab.case()
    assert await case.tell(colocated) == SENT
    ((lane, mail),) = case.people.channel.taken
    assert (lane, mail.to) == (Lane.CRITICAL, "u1@example.org")
    message = await case.message()
    assert (message.status, message.origin.correlation_id, message.origin.causation_id) == (
        Status.SENT,
        "o1",
        case.event_id,
    )


async def test_of_the_next_event_the_contact_is_known_and_one_step_is_enough(lab: Lab, case: Case) -> None:
    await case.tell()
    run = await lab.same_people(case).start()
    assert await run.result() == SENT
    events = (await run.fetch_history()).events
    assert sum(event.HasField("activity_task_scheduled_event_attributes") for event in events) == 1
    assert not any(event.HasField("marker_recorded_event_attributes") for event in events)


async def test_no_address_and_no_name_is_in_the_history(case: Case) -> None:
    run = await case.start()
    await run.result()
    told = b"".join(event.SerializeToString() for event in (await run.fetch_history()).events)
    assert b'"user_id":"u1"' in told
    assert b"example.org" not in told
    assert b"Mia" not in told


async def test_nobody_is_told_of_what_is_in_no_table_or_of_nobody_who_has_an_account(case: Case) -> None:
    assert await case.tell(data={"orderId": "o1", "customerId": "a stranger"}) == FanOutResult()
    assert case.people.channel.taken == []


async def test_an_event_that_cannot_be_told_of_fails_with_the_reason(case: Case) -> None:
    with pytest.raises(WorkflowFailureError) as caught:
        await case.tell(data={"orderId": "o1"})
    assert isinstance(refusal_of(caught.value), Invalid)
    assert case.people.channel.taken == []


async def test_a_server_that_says_later_is_tried_again_when_it_is_time(case: Case) -> None:
    case.people.answers += [TryAgain(detail="greylisted"), TryAgain(detail="greylisted")]
    run = await case.start()
    assert await run.result() == SENT
    assert (await case.message()).attempts == 3
    assert await case.took(run) >= timedelta(seconds=25)


async def test_a_server_that_is_away_for_long_loses_nothing_and_makes_no_history(case: Case) -> None:
    case.people.away_until = await case.env.get_current_time() + timedelta(hours=1)
    run = await case.start()
    assert await run.result() == SENT
    assert timedelta(hours=1) <= await case.took(run) < timedelta(hours=1, seconds=30)
    assert len((await run.fetch_history()).events) < 30
    assert len(case.people.channel.taken) == 1


async def test_what_was_lost_after_the_final_dot_is_sent_again_under_the_same_id(case: Case) -> None:
    case.people.answers.append(OutcomeUnknown(detail="the connection was lost"))
    assert await case.tell() == SENT
    (_, first), (_, second) = case.people.channel.taken
    assert first.message_id == second.message_id
    assert (await case.message()).unknown_attempts == 1


async def test_an_address_that_is_refused_is_skipped_and_nothing_goes_there_again(lab: Lab, case: Case) -> None:
    case.people.answers.append(AddressRefused(detail="no such user"))
    assert await case.tell() == FanOutResult(skipped=1)
    later = lab.same_people(case)
    assert await later.tell() == FanOutResult(skipped=1)
    assert (await later.message()).reason is Reason.SUPPRESSED
    assert case.people.channel.taken == []


async def test_a_message_that_is_refused_failed_and_is_sent_when_somebody_has_it_tried_again(
    lab: Lab, case: Case
) -> None:
    case.people.answers.append(ContentRefused(detail="looks like spam"))
    # No time may be skipped meanwhile, as other cases wait for days: what is sent again late is sent no more.
    assert await case.tell(LOCAL) == FanOutResult(failed=1)
    message = await case.message()
    assert message.status is Status.FAILED
    again = lab.same_people(case)
    assert await again.redo(message.id) == SENT
    assert [event.type for event in case.people.messages.events] == ["notification.failed.v1", "notification.sent.v1"]
    assert await lab.same_people(case).redo(message.id) == FanOutResult()


async def test_a_lane_that_is_refused_waits_and_goes_on_by_itself(case: Case) -> None:
    case.people.answers.append(LaneRefused(detail="login refused"))
    run = await case.start()
    assert await run.result() == SENT
    assert await case.took(run) >= timedelta(seconds=60)
    assert await case.people.lanes.pauses() == ()


async def test_yesterdays_news_is_not_sent(case: Case) -> None:
    long_ago = await case.env.get_current_time() - timedelta(days=8)
    assert await case.tell(time=long_ago) == FanOutResult(skipped=1)
    assert (await case.message()).reason is Reason.EXPIRED
    assert case.people.channel.taken == []


async def test_the_ui_shows_what_became_of_the_message(case: Case) -> None:
    case.people.answers.append(AddressRefused(detail="no such user"))
    run = await case.start()
    await run.result()
    metadata: WorkflowMetadata = await run.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert f"- {(await case.message()).id}: SKIPPED (ADDRESS_REFUSED)" in str(metadata.current_details)
