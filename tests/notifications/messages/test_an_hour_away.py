"""The mail server is away for an hour: nothing is lost, nothing goes twice, and critical messages go first after it."""

from collections.abc import Sequence
from datetime import timedelta

from services.notifications.deliveries import TryAgain
from services.notifications.models import Lane, Message, Status
from services.notifications.sending.batches import due_at
from services.notifications.sending.pauses import AWAY
from tests.notifications.makers import MOMENT, a_message
from tests.notifications.messages.office import Office

AN_HOUR = timedelta(hours=1)
CRITICAL = [a_message(f"e{number}", f"u{number}") for number in range(5)]
CROWD = 20


async def all_now(office: Office, messages: Sequence[Message]) -> Sequence[Message]:
    return await office.messages.by_ids([message.id for message in messages])


async def work(office: Office, crowd: Sequence[Message]) -> None:
    """What workflows do: at the moment at which anything is due, whatever is due is tried; the crowd first."""
    known = [*CRITICAL, *crowd]
    while moments := [moment for message in await all_now(office, known) if (moment := due_at(message))]:
        office.clock.advance(max(min(moments) - office.clock.now(), timedelta()))
        await office.send_all(CROWD, chunk=CROWD)
        for message in await all_now(office, CRITICAL):
            if message.status is Status.QUEUED and message.next_try_at <= office.clock.now():
                await office.send(message)


async def test_after_an_hour_without_the_server_critical_messages_go_first_and_none_is_lost() -> None:
    office = Office()
    crowd = await office.have_campaign(CROWD)
    await office.have(*CRITICAL)
    away = TryAgain(detail="not there", away=True)
    office.channel.answer = lambda _, __: away if office.clock.now() < MOMENT + AN_HOUR else None
    await work(office, crowd)
    lanes = [lane for lane, _ in office.channel.taken]
    assert lanes == [Lane.CRITICAL] * len(CRITICAL) + [Lane.STANDARD] * CROWD
    assert len({mail.message_id for _, mail in office.channel.taken}) == len(lanes)
    for message in await all_now(office, [*CRITICAL, *crowd]):
        assert (message.status, message.unknown_attempts) == (Status.SENT, 0)
        assert message.settled_at
        assert message.settled_at - MOMENT - AN_HOUR <= AWAY[message.lane].longest
