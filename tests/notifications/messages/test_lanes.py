"""A lane that is refused stops for all processes, blames nobody, and goes on when one message has found it open."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.deliveries import LaneRefused, TryAgain
from services.notifications.models import BatchResult, Lane, NotificationCategory, Status
from services.notifications.sending.gate import FRESH
from services.notifications.service import NotificationService
from services.shared.errors import Forbidden
from tests.notifications.makers import MOMENT, a_message
from tests.notifications.messages.office import PROBE_AFTER, Office
from tests.support.identity import OPS, OWNER

MESSAGES = [a_message(f"e{number}", f"u{number}") for number in range(6)]
NEWS = replace(a_message("news"), category=NotificationCategory.RECOMMENDATION)
REFUSED = LaneRefused(detail="5.7.8 the login was refused")


@pytest.fixture
async def office() -> Office:
    office = Office()
    await office.have(*MESSAGES, NEWS)
    return office


async def test_a_refused_lane_stops_and_nobody_is_blamed(office: Office) -> None:
    office.always(REFUSED)
    result = await office.send(MESSAGES[0])
    assert (result.status, result.next_try_at) == (Status.QUEUED, MOMENT + PROBE_AFTER)
    assert "login was refused" in ((await office.now(MESSAGES[0])).detail or "")
    (pause,) = await office.lanes.pauses()
    assert (pause.lane, pause.detail, pause.until) == (Lane.CRITICAL, REFUSED.detail, MOMENT + PROBE_AFTER)
    assert office.notes.lanes == ["CRITICAL paused"]
    assert office.messages.events == []
    assert (await office.book.by_ids(["u0"]))["u0"].suppression is None


async def test_others_wait_without_an_attempt_in_every_process(office: Office) -> None:
    other = office.process()
    await other.send_message(NEWS.id, NEWS.lane)
    office.always(REFUSED)
    await office.send(MESSAGES[0])
    office.pass_time(FRESH.total_seconds())
    for sending in (office.sending, other):
        result = await sending.send_message(MESSAGES[1].id, Lane.CRITICAL)
        assert (result.status, result.next_try_at) == (Status.QUEUED, MOMENT + PROBE_AFTER)
    assert (await office.now(MESSAGES[1])).attempts == 0
    assert office.notes.tried_by == ["STANDARD Delivered", "CRITICAL LaneRefused"]


async def test_the_other_lane_goes_on(office: Office) -> None:
    office.answers(REFUSED)
    await office.send(MESSAGES[0])
    assert (await office.send(NEWS)).status is Status.SENT


async def test_one_message_finds_out_whether_it_works_again(office: Office) -> None:
    office.always(REFUSED)
    await office.send(MESSAGES[0])
    for _ in range(3):
        office.pass_time(PROBE_AFTER.total_seconds())
        processes = [office.process() for _ in MESSAGES]
        pairs = zip(processes, MESSAGES, strict=True)
        results = await asyncio.gather(*(each.send_message(message.id, message.lane) for each, message in pairs))
        assert {result.status for result in results} == {Status.QUEUED}
    assert office.notes.tried_by == ["CRITICAL LaneRefused"] * 4
    assert (await office.lanes.pauses())[0].probes == 3
    office.answers()
    office.pass_time(PROBE_AFTER.total_seconds())
    assert (await office.send(MESSAGES[2])).status is Status.SENT
    assert await office.lanes.pauses() == ()
    assert office.notes.lanes == ["CRITICAL paused", "CRITICAL resumed"]
    assert (await office.send(MESSAGES[3])).status is Status.SENT


async def test_a_probe_that_found_no_server_opens_nothing(office: Office) -> None:
    office.answers(REFUSED, TryAgain(detail="not there", away=True))
    await office.send(MESSAGES[0])
    office.pass_time(PROBE_AFTER.total_seconds())
    assert (await office.send(MESSAGES[1])).status is Status.QUEUED
    assert len(await office.lanes.pauses()) == 1


async def test_a_batch_stops_with_its_lane_and_is_probed_by_one_message() -> None:
    office = Office()
    await office.have_campaign(12)
    office.always(REFUSED)
    due = MOMENT + PROBE_AFTER
    assert await office.send_all(12) == BatchResult(waiting=12, next_try_at=due)
    assert await office.send_all(12) == BatchResult(waiting=12, next_try_at=due)
    assert 1 <= len(office.notes.tried_by) <= 4
    before = len(office.notes.tried_by)
    office.pass_time(PROBE_AFTER.total_seconds())
    again = await office.send_all(12)
    assert (again.sent, again.waiting, again.next_try_at) == (0, 12, due + PROBE_AFTER)
    assert len(office.notes.tried_by) == before + 1
    office.answers()
    office.pass_time(PROBE_AFTER.total_seconds())
    first = await office.send_all(12)
    assert first.sent + (await office.send_all(12)).sent == 12
    assert await office.lanes.pauses() == ()


async def test_ops_sees_paused_lanes_and_lets_them_go_on_at_once(office: Office) -> None:
    face = NotificationService(office.messages, office.lanes)
    office.answers(REFUSED)
    await office.send(MESSAGES[0])
    assert [pause.lane for pause in await face.list_lanes(OPS)] == [Lane.CRITICAL]
    for asked in (face.list_lanes(OWNER), face.resume_lane(Lane.CRITICAL, OWNER)):
        with pytest.raises(Forbidden):
            await asked
    assert await face.resume_lane(Lane.CRITICAL, OPS) is True
    assert await face.resume_lane(Lane.CRITICAL, OPS) is False
    office.pass_time(FRESH.total_seconds())
    assert (await office.send(MESSAGES[1])).status is Status.SENT
    assert timedelta() < FRESH < PROBE_AFTER
    assert office.notes.lanes == ["CRITICAL paused", "CRITICAL resumed"]


async def test_a_batch_that_was_half_sent_when_its_lane_stopped_is_probed_behind_what_was_sent() -> None:
    office = Office()
    await office.have_campaign(12)
    office.answers(None, None, None, None, *[REFUSED] * 4)
    assert (await office.send_all(12)).sent == 4
    office.answers()
    office.pass_time(PROBE_AFTER.total_seconds())
    assert (await office.send_all(12)).sent > 0
    assert await office.lanes.pauses() == ()


async def test_a_message_that_is_not_due_spends_no_probe(office: Office) -> None:
    office.answers(TryAgain(detail="4.2.2 full", after=10 * PROBE_AFTER), REFUSED)
    await office.send(MESSAGES[0])
    await office.send(MESSAGES[1])
    office.pass_time(PROBE_AFTER.total_seconds())
    assert (await office.send(MESSAGES[0])).status is Status.QUEUED
    assert (await office.send(MESSAGES[1])).status is Status.SENT


async def test_what_is_of_no_use_any_more_waits_for_no_lane_and_spends_no_probe() -> None:
    """Else a lane that was stopped for days would come to the end of one message a minute."""
    office = Office()
    messages = await office.have_campaign(12)
    office.answers(REFUSED)
    await office.send(messages[0])
    office.clock.advance(messages[0].expires_at - office.clock.now())
    assert await office.send_all(12) == BatchResult(skipped=12)
    (pause,) = await office.lanes.pauses()
    assert pause.probes == 0
    assert office.notes.tried_by == ["STANDARD LaneRefused"]
