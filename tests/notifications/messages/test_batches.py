"""Batches of a campaign: each message once, whatever its neighbours come to; paused, cancelled, held up, taken over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.campaigns.models import CampaignStatus
from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivered,
    Delivery,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.models import BatchResult, Mail, Message, Reason, SendBatch, Status
from services.shared.contacts import OptionalCategory
from services.shared.errors import NotFound
from tests.notifications.makers import LEASE, MOMENT
from tests.notifications.messages.office import CAMPAIGN, RENDERER, Killed, Office, killed
from tests.notifications.recipients.makers import a_contact

LATER = TryAgain(detail="4.2.2 the mailbox is full")
ODD = "u3@example.org"
"""The address that fares otherwise than the others."""


@pytest.fixture
def office() -> Office:
    return Office()


def only_odd(office: Office, delivery: Delivery) -> None:
    office.channel.answer = lambda mail, _: delivery if mail.to == ODD else None


def counts(office: Office) -> tuple[int, ...]:
    counted = office.messages.counts[CAMPAIGN]
    return counted[Status.SENT], counted[Status.SKIPPED], counted[Status.FAILED]


async def test_everybody_gets_one_mail(office: Office) -> None:
    messages = await office.have_campaign(10)
    assert await office.send_all(10) == BatchResult(sent=10)
    assert await office.send_all(10) == BatchResult()
    assert sorted(mail.to for _, mail in office.channel.taken) == sorted(message.to for message in messages)
    assert counts(office) == (10, 0, 0)
    assert len(office.messages.events) == 10


async def test_a_batch_keeps_to_its_positions(office: Office) -> None:
    await office.have_campaign(10)
    assert await office.send_all(7, first=3) == BatchResult(sent=4)
    assert {mail.to for _, mail in office.channel.taken} == {f"u{number}@example.org" for number in range(3, 7)}


async def test_of_many_that_send_the_same_batch_each_message_is_sent_by_one(office: Office) -> None:
    await office.have_campaign(20)
    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=20, chunk=6)
    processes = [office.process() for _ in range(4)]
    results = await asyncio.gather(*(each.send_batch(wish, lambda _: None) for each in processes))
    assert sum(result.sent for result in results) == 20
    assert len({mail.to for _, mail in office.channel.taken}) == len(office.channel.taken) == 20


@pytest.mark.parametrize(
    ("delivery", "result", "reason"),
    [
        (AddressRefused(detail="5.1.1"), BatchResult(sent=7, skipped=1), Reason.ADDRESS_REFUSED),
        (ContentRefused(detail="5.6.0"), BatchResult(sent=7, failed=1), Reason.CONTENT_REFUSED),
        (OutcomeUnknown(detail="lost"), BatchResult(sent=7, failed=1), Reason.OUTCOME_UNKNOWN),
    ],
)
async def test_one_that_fares_otherwise_harms_no_other(
    office: Office, delivery: Delivery, result: BatchResult, reason: Reason
) -> None:
    messages = await office.have_campaign(8)
    only_odd(office, delivery)
    assert await office.send_all(8) == result
    assert (await office.now(messages[3])).reason is reason
    assert await office.send_all(8) == BatchResult()
    assert counts(office) == (result.sent, result.skipped, result.failed)


async def test_what_is_put_off_is_left_for_a_later_pass(office: Office) -> None:
    await office.have_campaign(8)
    only_odd(office, LATER)
    due = MOMENT + timedelta(minutes=1)
    assert await office.send_all(8) == BatchResult(sent=7, waiting=1, next_try_at=due)
    office.answers()
    assert await office.send_all(8) == BatchResult(waiting=1, next_try_at=due)
    office.pass_time(60)
    assert await office.send_all(8) == BatchResult(sent=1)
    assert counts(office) == (8, 0, 0)


async def test_a_server_that_is_away_is_not_asked_for_each_of_thousands(office: Office) -> None:
    await office.have_campaign(40)
    office.always(TryAgain(detail="not there", away=True))
    result = await office.send_all(40)
    assert (result.sent, result.waiting, result.stopped) == (0, 40, False)
    assert result.next_try_at == MOMENT + timedelta(seconds=15)
    assert len(office.notes.tried_by) == 4


async def test_a_paused_campaign_stops_at_its_next_chunk_and_goes_on_later(office: Office) -> None:
    await office.have_campaign(12)
    steps: list[BatchResult] = []

    def progress(result: BatchResult) -> None:
        steps.append(result)
        if len(steps) == 1:
            asyncio.get_running_loop().create_task(office.campaigns.pause_campaign(CAMPAIGN, paused=True))

    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=12, chunk=4)
    result = await office.sending.send_batch(wish, progress)
    assert (result.sent, result.stopped, result.waiting) == (result.sent, True, 12 - result.sent)
    assert result.sent in {4, 8}
    assert len(office.channel.taken) == result.sent
    await office.campaigns.pause_campaign(CAMPAIGN, paused=False)
    assert (await office.send_all(12)).sent == 12 - result.sent
    assert counts(office) == (12, 0, 0)


class Stopping:
    """Offers MailChannel: takes all mails, and at the third one somebody wants the campaign to stop."""

    def __init__(self, stop: Callable[[], Awaitable[object]]) -> None:
        self.taken = 0
        self._stop = stop

    async def deliver(self, *mail_and_lane: object) -> Delivery:
        assert len(mail_and_lane) == 2
        self.taken += 1
        if self.taken == 3:
            await self._stop()
        return Delivered()


async def test_a_pause_in_the_middle_of_a_chunk_holds_its_next_message(office: Office) -> None:
    messages = await office.have_campaign(12)
    channel = Stopping(lambda: office.campaigns.pause_campaign(CAMPAIGN, paused=True))
    office.sending = office.process(at_once=1, means=replace(office.means(), channel=channel))
    result = await office.send_all(12, chunk=12)
    assert (result.sent, result.waiting, result.stopped) == (3, 9, True)
    assert channel.taken == 3
    assert {(await office.now(message)).status for message in messages[3:]} == {Status.QUEUED}
    await office.campaigns.pause_campaign(CAMPAIGN, paused=False)
    assert (await office.send_all(12)).sent == 9


async def test_a_cancel_in_the_middle_of_a_chunk_skips_its_next_message(office: Office) -> None:
    await office.have_campaign(12)
    channel = Stopping(lambda: office.campaigns.cancel_campaign(CAMPAIGN))
    office.sending = office.process(at_once=1, means=replace(office.means(), channel=channel))
    assert await office.send_all(12, chunk=12) == BatchResult(sent=3, skipped=9)
    assert (channel.taken, counts(office)) == (3, (3, 9, 0))


async def test_what_a_cancelled_campaign_had_not_sent_is_skipped_and_says_so(office: Office) -> None:
    messages = await office.have_campaign(12)
    await office.send_all(4)
    await office.campaigns.cancel_campaign(CAMPAIGN)
    assert await office.send_all(12) == BatchResult(skipped=8)
    assert counts(office) == (4, 8, 0)
    assert (await office.now(messages[11])).reason is Reason.CANCELLED
    assert len(office.channel.taken) == 4


async def test_who_declined_since_the_audience_was_taken_gets_nothing(office: Office) -> None:
    await office.have_campaign(4)
    await office.people.keep([a_contact("u2", 2, declined=(OptionalCategory.PROMOTIONAL,))])
    assert await office.send_all(4) == BatchResult(sent=3, skipped=1)


async def test_what_a_killed_process_left_is_counted_and_sent_to_nobody_twice(office: Office) -> None:
    """Of what was on its way nobody knows what became of it; all others go on."""
    messages = await office.have_campaign(12)
    office.answers(None, None, Killed)
    await killed(office.send_all(12))
    taken = len(office.channel.taken)
    office.answers()
    other = office.process()
    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=12, chunk=4)
    result = await other.send_batch(wish, lambda _: None)
    assert result == BatchResult(sent=8, waiting=4, next_try_at=MOMENT + LEASE)
    office.pass_time(LEASE.total_seconds())
    assert await other.send_batch(wish, lambda _: None) == BatchResult(failed=4)
    assert counts(office) == (8, 0, 4)
    assert len(office.channel.taken) == taken + 8
    assert len({mail.to for _, mail in office.channel.taken}) == len(office.channel.taken)
    assert {(await office.now(message)).reason for message in messages[:4]} == {Reason.OUTCOME_UNKNOWN}


async def test_what_a_killed_process_had_claimed_and_not_begun_is_sent(office: Office) -> None:
    messages = await office.have_campaign(12)
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    channel = Stopping(hang)
    killed_one = office.process(at_once=1, means=replace(office.means(), channel=channel))
    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=12, chunk=12)
    sending = asyncio.create_task(killed_one.send_batch(wish, lambda _: None))
    await reached.wait()
    sending.cancel()
    await asyncio.wait([sending])
    office.pass_time(LEASE.total_seconds())
    # Two were taken and could not be settled, and one was on its way.
    assert await office.send_all(12, chunk=12) == BatchResult(failed=3, waiting=9, next_try_at=office.clock.now())
    assert await office.send_all(12, chunk=12) == BatchResult(sent=9)
    assert counts(office) == (9, 0, 3)
    assert {(await office.now(message)).reason for message in messages[:3]} == {Reason.OUTCOME_UNKNOWN}


async def test_what_another_process_took_meanwhile_is_not_begun(office: Office) -> None:
    """One stands still for longer than its claims last, in the middle of a chunk."""
    await office.have_campaign(6)
    other = office.process()
    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=6, chunk=6)

    async def stand_still() -> None:
        office.pass_time(LEASE.total_seconds())
        await other.send_batch(wish, lambda _: None)
        await other.send_batch(wish, lambda _: None)

    channel = Stopping(stand_still)
    slow = office.process(at_once=1, means=replace(office.means(), channel=channel))
    await slow.send_batch(wish, lambda _: None)
    assert (channel.taken, len(office.channel.taken)) == (3, 3)
    assert counts(office) == (3, 0, 3)


async def test_a_message_that_cannot_be_made_holds_up_no_other(office: Office) -> None:
    class Breaking:
        subject, campaign_subject = RENDERER.subject, RENDERER.campaign_subject

        def render(self, message: Message, *others: object) -> Mail:
            if message.position == 2:
                raise KeyError("a defect")
            return RENDERER.render(message, *others)  # type: ignore[arg-type]

    messages = await office.have_campaign(6)
    office.sending = office.process(means=replace(office.means(), renderer=Breaking()))
    assert await office.send_all(6) == BatchResult(sent=5, failed=1)
    assert [message_id for message_id, _ in office.notes.failures] == [messages[2].id]


async def test_no_more_are_on_their_way_together_than_there_are_connections(office: Office) -> None:
    class Crowded:
        now = most = 0

        async def deliver(self, *mail_and_lane: object) -> Delivery:
            assert len(mail_and_lane) == 2
            self.now += 1
            self.most = max(self.most, self.now)
            for _ in range(5):
                await asyncio.sleep(0)
            self.now -= 1
            return LATER

    await office.have_campaign(20)
    channel = Crowded()
    office.sending = office.process(at_once=3, means=replace(office.means(), channel=channel))
    await office.send_all(20, chunk=20)
    assert channel.most == 3


async def test_a_failed_message_that_is_tried_again_counts_once(office: Office) -> None:
    messages = await office.have_campaign(4)
    only_odd(office, ContentRefused(detail="5.6.0"))
    assert await office.send_all(4) == BatchResult(sent=3, failed=1)
    await office.sending.requeue([messages[3].id])
    assert counts(office) == (3, 0, 0)
    office.answers()
    assert await office.send_all(4) == BatchResult(sent=1)
    assert counts(office) == (4, 0, 0)


async def test_a_failed_message_that_is_tried_again_alone_says_what_its_campaign_says(office: Office) -> None:
    """Its campaign may have ended long ago."""
    messages = await office.have_campaign(4, status=CampaignStatus.COMPLETED)
    only_odd(office, ContentRefused(detail="5.6.0"))
    await office.send_all(4)
    office.answers()
    await office.sending.requeue([messages[3].id])
    assert (await office.send(messages[3])).status is Status.SENT
    assert counts(office) == (4, 0, 0)
    assert b"all of it for less" in office.channel.taken[-1][1].content.replace(b"<strong>all</strong>", b"all")


async def test_a_message_that_is_tried_again_alone_heeds_that_its_campaign_was_stopped(office: Office) -> None:
    messages = await office.have_campaign(2)
    await office.campaigns.pause_campaign(CAMPAIGN, paused=True)
    assert (await office.send(messages[0])).status is Status.QUEUED
    assert (await office.now(messages[0])).attempts == 0
    await office.campaigns.cancel_campaign(CAMPAIGN)
    assert (await office.send(messages[0])).reason is Reason.CANCELLED
    assert office.channel.taken == []


async def test_there_must_be_such_a_campaign(office: Office) -> None:
    with pytest.raises(NotFound):
        await office.send_all(4)


async def test_a_completed_campaigns_messages_are_sent_when_somebody_has_them_tried_again(office: Office) -> None:
    await office.have_campaign(2, status=CampaignStatus.COMPLETED)
    assert await office.send_all(2) == BatchResult(sent=2)


async def test_a_process_that_ends_begins_no_further_chunk_and_leaves_nothing_in_doubt(office: Office) -> None:
    messages = await office.have_campaign(12)
    wish = SendBatch(campaign_id=CAMPAIGN, first=0, until=12, chunk=4)
    told: list[BatchResult] = []
    result = await office.sending.send_batch(wish, told.append, lambda: bool(told))
    assert (result.sent, result.waiting, result.stopped) == (4, 8, True)
    assert {(await office.now(message)).status for message in messages[4:]} == {Status.QUEUED}
    assert (await office.send_all(12)).sent == 8
