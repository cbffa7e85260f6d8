"""Random lives of messages: processes that are killed, servers that answer anything, people who decline; checked by
what the mail server has seen.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivered,
    Delivery,
    LaneRefused,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.models import FINAL, Lane, Mail, Message, Status
from services.notifications.sending.service import SendingService
from services.shared.contacts import OptionalCategory
from tests.notifications.makers import a_message
from tests.notifications.messages.office import Killed, Office
from tests.notifications.recipients.makers import a_contact

PEOPLE = ("u1", "u2", "u3")
CAMPAIGN_SIZE = 6
UNTIL_ALL_IS_OVER = 40
"""Looks six hours apart: longer than any message is tried."""

answers = st.sampled_from([
    Delivered(),
    TryAgain(detail="4.2.2"),
    TryAgain(detail="4.2.2", after=timedelta(minutes=7)),
    TryAgain(detail="not there", away=True),
    AddressRefused(detail="5.1.1"),
    ContentRefused(detail="5.6.0"),
    LaneRefused(detail="5.7.8"),
    OutcomeUnknown(detail="lost behind the final dot"),
    "killed before",
    "killed behind",
])  # fmt: skip
numbers = st.integers(0, 7)


class Server:
    """Offers MailChannel, and remembers which mails it took, and of which the asking process was told that it did."""

    def __init__(self) -> None:
        self.coming: list[Delivery | str] = []
        self.taken: Counter[str] = Counter()
        self.told: Counter[str] = Counter()

    async def deliver(self, mail: Mail, lane: Lane) -> Delivery:
        assert lane in Lane
        said = self.coming.pop(0) if self.coming else Delivered()
        if said == "killed before":
            raise Killed
        if isinstance(said, Delivered | OutcomeUnknown) or said == "killed behind":
            self.taken[mail.message_id] += 1
        if isinstance(said, str):
            raise Killed
        self.told[mail.message_id] += isinstance(said, Delivered)
        return said


class Lives(RuleBasedStateMachine):
    """Several processes, of which any may be killed at any moment and is replaced by another."""

    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.office, self.server = Office(), Server()
        self.messages: dict[str, Message] = {}
        self.known: Counter[str] = Counter()
        self.requeued: Counter[str] = Counter()
        self.sending = [self._process(), self._process()]
        self.runner.run(self.office.know(*PEOPLE))
        for message in self.runner.run(self.office.have_campaign(CAMPAIGN_SIZE)):
            self.messages[message.id] = message

    def teardown(self) -> None:
        """Whatever has happened: once nothing disturbs, every message comes to an end."""
        self.server.coming.clear()
        for _ in range(UNTIL_ALL_IS_OVER):
            if all(message.status in FINAL for message in self._stored()):
                break
            self.office.pass_time(6 * 3600)
            for message in self._stored():
                self._run(self.sending[0].send_message(message.id, message.lane))
        self.what_was_taken_is_accounted_for()
        assert {message.status for message in self._stored()} <= FINAL

    @rule(number=numbers, user=st.sampled_from(PEOPLE))
    def somebody_is_to_be_told(self, number: int, user: str) -> None:
        message = a_message(f"e{number}", user, queued=self.office.clock.now() - a_message().queued_at)
        self.messages.setdefault(message.id, message)
        self.runner.run(self.office.messages.insert([message]))

    @rule(process=st.integers(0, 1), index=numbers, coming=st.lists(answers, max_size=2))
    def one_is_sent(self, process: int, index: int, coming: list[Delivery | str]) -> None:
        message = list(self.messages.values())[index % len(self.messages)]
        self.server.coming = coming
        self._run(self.sending[process].send_message(message.id, message.lane), process)

    @rule(process=st.integers(0, 1), coming=st.lists(answers, max_size=CAMPAIGN_SIZE), chunk=st.integers(1, 4))
    def a_batch_is_sent(self, process: int, coming: list[Delivery | str], chunk: int) -> None:
        self.server.coming = coming
        self._run(self._batch(self.sending[process], chunk), process)

    @rule(seconds=st.sampled_from([1, 16, 61, 3600, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.office.pass_time(seconds)

    @rule(user=st.sampled_from(PEOPLE), version=st.integers(2, 9), declines=st.booleans())
    def somebody_declines(self, user: str, version: int, declines: bool) -> None:  # noqa: FBT001 (drawn)
        declined = (OptionalCategory.PROMOTIONAL,) if declines else ()
        self.runner.run(self.office.people.keep([a_contact(user, version, declined=declined)]))

    @rule()
    def what_failed_is_tried_again(self) -> None:
        failed = [message.id for message in self._stored() if message.status is Status.FAILED]
        self.requeued.update(failed)
        self.runner.run(self.sending[0].requeue(failed))

    @rule()
    def ops_lets_lanes_go_on(self) -> None:
        for lane in Lane:
            self.runner.run(self.office.lanes.resume(lane))

    @invariant()
    def what_was_taken_is_accounted_for(self) -> None:
        for message in self._stored():
            taken, known = self.server.taken[_message_id(message)], self.known[message.id]
            assert known <= 1, "known to be sent, and sent again"
            assert (message.status is Status.SENT) == (known == 1)
            assert taken <= known + message.unknown_attempts + (message.status is Status.SENDING)
            if message.lane is Lane.STANDARD and not self.requeued[message.id]:
                assert taken <= 1, "a standard message was sent twice"

    @invariant()
    def each_end_is_told_once(self) -> None:
        ends = Counter(event.data["notificationId"] for event in self.office.messages.events)
        for message in self._stored():
            assert ends[message.id] == self.requeued[message.id] + (message.status in FINAL)
        for user in {event.subject for event in self.office.messages.events}:
            told = [event.sequence for event in self.office.messages.events if event.subject == user]
            assert told == list(range(1, len(told) + 1))

    @invariant()
    def the_campaign_counts_its_ends(self) -> None:
        campaign = [message.status for message in self._stored() if message.source.id == "c1"]
        counted = self.office.messages.counts["c1"]
        assert {status: counted[status] for status in FINAL} == {status: campaign.count(status) for status in FINAL}

    def _process(self) -> SendingService:
        return self.office.process(means=replace(self.office.means(), channel=self.server))

    def _stored(self) -> Sequence[Message]:
        return self.runner.run(self.office.messages.by_ids(list(self.messages)))

    async def _batch(self, sending: SendingService, chunk: int) -> None:
        self.office.sending = sending
        await self.office.send_all(CAMPAIGN_SIZE, chunk=chunk)

    def _run(self, work: object, process: int = 0) -> None:
        """The work; where its process is killed, another one begins, and knows only what was kept before."""

        async def run() -> bool:
            try:
                await work  # type: ignore[misc]
            except Killed:
                self.sending[process] = self._process()
                return False
            return True

        has_survived = self.runner.run(run())
        for message in self._stored():
            told = self.server.told.pop(_message_id(message), 0)
            if has_survived or message.status is Status.SENT:
                self.known[message.id] += told


def _message_id(message: Message) -> str:
    return f"<{message.id}@caravan.example>"


def test_whatever_happens_each_message_ends_and_is_told_of_truly() -> None:
    with asyncio.Runner() as runner:
        lives = type("SomeLives", (Lives,), {"runner": runner})
        run_state_machine_as_test(lives, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))
