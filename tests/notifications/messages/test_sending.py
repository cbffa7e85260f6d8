"""One message at a time: what becomes of it by what its channel says, and what keeps it from being sent at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivery,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.memory import MemoryMessageStore
from services.notifications.models import Claim, Message, NotificationCategory, Reason, Status, Template
from services.notifications.ports import MakeEvent
from services.shared.contacts import OptionalCategory
from services.shared.errors import NotFound, Unavailable
from tests.notifications.makers import LEASE, MOMENT, a_claim, a_message
from tests.notifications.messages.office import Killed, Office, killed, late
from tests.notifications.recipients.makers import a_contact

ORDER = a_message()
OFFER = replace(
    a_message("offer"), template=Template.ORDER_SHIPPED, category=NotificationCategory.PROMOTIONAL, to="u1@example.org"
)
AWAY = TryAgain(detail="the mail server was not there", away=True)
LATER = TryAgain(detail="4.2.2 the mailbox is full")


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_message_is_sent_once_however_often_it_is_asked_for(office: Office) -> None:
    await office.have(ORDER)
    result = await office.send(ORDER)
    assert (result.status, result.reason, result.next_try_at) == (Status.SENT, None, None)
    assert await office.send(ORDER) == result
    assert await office.process().send_message(ORDER.id, ORDER.lane) == result
    assert len(office.mails_to(ORDER)) == 1
    sent = await office.now(ORDER)
    assert (sent.status, sent.sent_at, sent.attempts, sent.detail) == (Status.SENT, MOMENT, 1, None)
    assert [event.type for event in office.messages.events] == ["notification.sent.v1"]
    assert [message.id for message in office.notes.ends] == [ORDER.id]


async def test_of_many_that_send_it_at_the_same_time_one_does(office: Office) -> None:
    await office.have(ORDER)
    processes = [office.process() for _ in range(8)]
    results = await asyncio.gather(*(each.send_message(ORDER.id, ORDER.lane) for each in processes))
    assert {result.status for result in results} <= {Status.SENT, Status.SENDING}
    assert len(office.mails_to(ORDER)) == 1


async def test_there_must_be_such_a_message(office: Office) -> None:
    with pytest.raises(NotFound):
        await office.send(ORDER)


async def test_a_message_that_is_put_off_waits_for_its_time(office: Office) -> None:
    await office.have(ORDER)
    office.answers(replace(LATER, after=timedelta(minutes=5)))
    result = await office.send(ORDER)
    assert (result.status, result.next_try_at) == (Status.QUEUED, MOMENT + timedelta(minutes=5))
    assert (await office.now(ORDER)).detail == LATER.detail
    office.pass_time(299)
    assert (await office.send(ORDER)).status is Status.QUEUED
    assert office.notes.tried_by == ["CRITICAL TryAgain"]
    office.pass_time(1)
    assert (await office.send(ORDER)).status is Status.SENT
    assert len(office.messages.events) == 1


async def test_critical_messages_look_for_a_server_that_is_away_far_more_often(office: Office) -> None:
    """Back after an hour, it hears of them first; and nothing is lost."""
    await office.have(ORDER, OFFER)
    office.always(AWAY)
    tries = dict.fromkeys((ORDER.id, OFFER.id), 0)
    due = {ORDER.id: MOMENT, OFFER.id: MOMENT}
    for _ in range(3600):
        for message in (ORDER, OFFER):
            if due[message.id] <= office.clock.now():
                result = await office.send(message)
                assert result.next_try_at
                due[message.id], tries[message.id] = result.next_try_at, tries[message.id] + 1
        office.pass_time(1)
    assert 350 <= tries[ORDER.id] <= 380
    assert 60 <= tries[OFFER.id] <= 70
    office.answers()
    office.pass_time(10)
    assert (await office.send(ORDER)).status is Status.SENT
    office.pass_time(50)
    assert (await office.send(OFFER)).status is Status.SENT


async def test_what_is_put_off_again_and_again_is_tried_ever_less_often_and_given_up(office: Office) -> None:
    await office.have(ORDER)
    office.always(LATER)
    pauses = []
    result = await office.send(ORDER)
    while result.next_try_at is not None:
        pauses.append(result.next_try_at - office.clock.now())
        office.clock.advance(pauses[-1])
        result = await office.send(ORDER)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(minutes=15))
    assert (result.status, result.reason) == (Status.FAILED, Reason.GIVEN_UP)
    assert timedelta(hours=95) < office.clock.now() - MOMENT <= timedelta(hours=96)
    failed = await office.now(ORDER)
    assert failed.detail == f"given up after {len(pauses) + 1} attempts: {LATER.detail}"
    assert [event.type for event in office.messages.events] == ["notification.failed.v1"]


async def test_what_was_given_up_can_be_tried_again_and_is_sent(office: Office) -> None:
    await office.have(ORDER)
    office.answers(ContentRefused(detail="5.7.1 looks like spam"))
    assert (await office.send(ORDER)).reason is Reason.CONTENT_REFUSED
    office.pass_time(30 * 24 * 3600)
    queued = await office.sending.requeue([ORDER.id, "nobody"])
    assert [(each.message_id, each.lane) for each in queued.messages] == [(ORDER.id, ORDER.lane)]
    assert await office.sending.requeue([ORDER.id]) == queued
    assert (await office.send(ORDER)).status is Status.SENT
    assert (await office.sending.requeue([ORDER.id])).messages == ()
    told = [(event.type, event.sequence) for event in office.messages.events]
    assert told == [("notification.failed.v1", 1), ("notification.sent.v1", 2)]


async def test_an_address_that_is_refused_gets_nothing_more_whoever_has_it(office: Office) -> None:
    await office.have(ORDER, a_message("e2"))
    office.answers(AddressRefused(detail="5.1.1 no such user"))
    result = await office.send(ORDER)
    assert (result.status, result.reason) == (Status.SKIPPED, Reason.ADDRESS_REFUSED)
    result = await office.send(a_message("e2"))
    assert (result.status, result.reason) == (Status.SKIPPED, Reason.SUPPRESSED)
    assert office.notes.tried_by == ["CRITICAL AddressRefused"]
    assert "5.1.1 no such user" in ((await office.now(a_message("e2"))).detail or "")


async def test_content_that_is_refused_is_not_the_recipients_fault(office: Office) -> None:
    await office.have(ORDER, a_message("e2"))
    office.answers(ContentRefused(detail="5.3.4 too large"))
    assert (await office.send(ORDER)).status is Status.FAILED
    assert (await office.send(a_message("e2"))).status is Status.SENT


@pytest.mark.parametrize(
    ("message", "expected"),
    [(ORDER, Status.SENT), (OFFER, Status.FAILED)],
    ids=["critical is sent again", "standard is not"],
)
async def test_where_the_answer_was_lost(office: Office, message: Message, expected: Status) -> None:
    """Better twice than never, or never than twice; by one Message-ID, and it is written down."""
    await office.have(message)
    office.answers(OutcomeUnknown(detail="the connection was lost behind the final dot"))
    first = await office.send(message)
    again = await office.send(message)
    assert again.status is expected
    ended = await office.now(message)
    assert ended.unknown_attempts == 1
    assert "unknown" in (ended.detail or "") or "nobody knows" in (ended.detail or "")
    mails = office.mails_to(message)
    if expected is Status.SENT:
        assert first.status is Status.QUEUED
        assert len(mails) == 2
        assert len(set(mails)) == 1
    else:
        assert (again.reason, len(mails)) == (Reason.OUTCOME_UNKNOWN, 1)
    assert office.messages.events[-1].data["unknownAttempts"] == 1


async def test_where_the_answer_is_lost_every_time_nobody_gets_a_mail_each_moment(office: Office) -> None:
    await office.have(ORDER)
    office.always(OutcomeUnknown(detail="the connection was lost behind the final dot"))
    for _ in range(3600):
        await office.send(ORDER)
        office.pass_time(1)
    assert 2 <= (await office.now(ORDER)).unknown_attempts <= 12


@pytest.mark.parametrize(
    ("message", "expected"), [(ORDER, Status.SENT), (OFFER, Status.FAILED)], ids=["critical", "standard"]
)
async def test_what_a_killed_process_was_sending_is_taken_over(
    office: Office, message: Message, expected: Status
) -> None:
    await office.have(message)
    office.answers(Killed)
    await killed(office.send(message))
    other = office.process()
    result = await other.send_message(message.id, message.lane)
    assert (result.status, result.next_try_at) == (Status.SENDING, MOMENT + LEASE)
    assert office.mails_to(message) == []
    office.pass_time(LEASE.total_seconds())
    assert (await other.send_message(message.id, message.lane)).status is expected
    assert (await office.now(message)).unknown_attempts == 1
    assert len(office.mails_to(message)) == (1 if expected is Status.SENT else 0)
    assert len(office.messages.events) == 1


class Renewed(MemoryMessageStore):
    """A store that says when a claim was renewed."""

    def __init__(self) -> None:
        super().__init__()
        self.renewed = asyncio.Event()

    async def renew(self, message_ids: Sequence[str], claim: Claim) -> None:
        await super().renew(message_ids, claim)
        self.renewed.set()


async def test_a_claim_lasts_as_long_as_its_process_works_on_it() -> None:
    office = Office(store := Renewed())
    reached, answered = asyncio.Event(), asyncio.Event()

    class Slow:
        async def deliver(self, *_: object) -> Delivery:
            reached.set()
            await answered.wait()
            return TryAgain(detail="after all that")

    await office.have(ORDER)
    slow = office.process(lease=timedelta(milliseconds=30), means=replace(office.means(), channel=Slow()))
    sending = asyncio.create_task(slow.send_message(ORDER.id, ORDER.lane))
    await reached.wait()
    office.pass_time(3600)
    store.renewed.clear()
    await store.renewed.wait()
    assert (await office.send(ORDER)).status is Status.SENDING
    answered.set()
    assert (await sending).status is Status.QUEUED
    assert office.channel.taken == []


async def test_whoever_lost_its_claim_settles_nothing(office: Office) -> None:
    """As after a process was stopped for a while, and another one took its messages over."""
    await office.have(ORDER)

    class Stopped:
        async def deliver(self, *_: object) -> Delivery:
            office.pass_time(LEASE.total_seconds())
            assert (await office.process().send_message(ORDER.id, ORDER.lane)).status is Status.SENT
            return AddressRefused(detail="said to the one that was stopped")

    stopped = office.process(means=replace(office.means(), channel=Stopped()))
    assert (await stopped.send_message(ORDER.id, ORDER.lane)).status is Status.SENT
    assert (await office.now(ORDER)).status is Status.SENT
    assert len(office.messages.events) == 1


async def test_what_is_of_no_use_any_more_is_not_sent(office: Office) -> None:
    message = late(ORDER, timedelta(hours=1))
    await office.have(message)
    office.pass_time(3600)
    result = await office.send(message)
    assert (result.status, result.reason) == (Status.SKIPPED, Reason.EXPIRED)
    assert office.notes.tried_by == []
    assert "2026-11-22 22:04 UTC" in ((await office.now(message)).detail or "")


@pytest.mark.parametrize("category", NotificationCategory)
async def test_who_declines_a_category_gets_no_more_of_it_and_all_of_what_must_be_known(
    office: Office, category: NotificationCategory
) -> None:
    message = replace(ORDER, category=category)
    await office.have(message)
    await office.people.keep([a_contact(message.user_id, 2, declined=tuple(OptionalCategory))])
    result = await office.send(message)
    expected = (Status.SKIPPED, Reason.OPTED_OUT) if category.is_optional else (Status.SENT, None)
    assert (result.status, result.reason) == expected


async def test_nobody_is_asked_who_is_not_there_any_more(office: Office) -> None:
    await office.messages.insert([ORDER])
    result = await office.send(ORDER)
    assert (result.status, result.reason) == (Status.SKIPPED, Reason.UNKNOWN_RECIPIENT)


async def test_a_message_that_cannot_be_made_is_given_up_and_said_to_be(office: Office) -> None:
    await office.have(replace(ORDER, facts={"lines": "none"}))
    result = await office.send(ORDER)
    assert (result.status, result.reason) == (Status.FAILED, Reason.CONTENT_REFUSED)


async def test_a_channel_that_fails_leaves_the_outcome_unknown(office: Office) -> None:
    await office.have(OFFER)
    office.answers(RuntimeError)
    assert (await office.send(OFFER)).reason is Reason.OUTCOME_UNKNOWN
    assert [(message_id, type(failure)) for message_id, failure in office.notes.failures] == [(OFFER.id, RuntimeError)]


class Forgetful(MemoryMessageStore):
    """A store whose database goes away when a message is to be settled, and comes back."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    async def settle(self, settlements: Sequence[tuple[Claim, Message]], make_event: MakeEvent) -> tuple[str, ...]:
        if self.left:
            self.left -= 1
            raise Unavailable("database")
        return await super().settle(settlements, make_event)


async def test_a_known_outcome_outlives_a_database_that_is_away() -> None:
    office = Office(store := Forgetful(times=2))
    await office.have(OFFER)
    assert (await office.send(OFFER)).status is Status.SENT
    assert store.left == 0
    assert (await office.now(OFFER)).unknown_attempts == 0


async def test_what_was_not_handed_over_is_given_back(office: Office) -> None:
    class Away:
        async def by_ids(self, _: object) -> object:
            raise Unavailable("database")

    await office.have(OFFER)
    lonely = office.process(means=replace(office.means(), recipients=Away()))  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        await lonely.send_message(OFFER.id, OFFER.lane)
    assert (await office.now(OFFER)).status is Status.QUEUED
    assert (await office.send(OFFER)).status is Status.SENT


async def test_a_claim_of_somebody_else_is_waited_for(office: Office) -> None:
    await office.have(ORDER)
    await office.messages.claim((ORDER,), a_claim("somebody"))
    result = await office.send(ORDER)
    assert (result.status, result.next_try_at) == (Status.SENDING, MOMENT + LEASE)
