"""The notifications' service in memory, with a channel that answers as it is told and a clock of the engine's."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pydantic import SecretStr
from temporalio import activity

from services.infra.contacts.seal import SecretSeal
from services.infra.settings import Settings
from services.notifications.deliveries import Delivery, TryAgain
from services.notifications.memory import MemoryLaneStore, MemoryMessageStore
from services.notifications.models import Lane, LanePause, Mail, Message
from services.notifications.recipients.memory import MemoryRecipientStore
from services.notifications.recipients.service import RecipientBook
from services.notifications.sending.fresh import FreshMessages
from services.notifications.sending.gate import LaneGate
from services.notifications.sending.handing import HandingOver, Means
from services.notifications.sending.sender import Claims, Sender, Tools
from services.notifications.sending.service import SendingService
from services.notifications.sending.states import Terms
from services.users.contacts import SealedContactBook
from services.users.memory import MemoryAccountStore
from tests.support.doubles import CountingIds
from tests.support.mail_channel import ScriptedChannel
from tests.users.makers import a_new, an_account
from workers.mails import mail_renderer

SEAL = SecretSeal(SecretStr("of the tests"))
RENDERER = mail_renderer(Settings())
LEASE = timedelta(seconds=15)


class EngineClock:
    """Offers Clock: in a step the engine's time, which tests skip; elsewhere that of the last step."""

    def __init__(self) -> None:
        self._last = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        if activity.in_activity():
            # A local step tells the time of this machine, which the engine's has left behind.
            self._last = max(self._last, activity.info().started_time)
        return self._last


class Quiet:
    """Offers Watch; nobody looks."""

    def tried(self, message: Message, delivery: Delivery, seconds: float) -> None: ...

    def ended(self, message: Message) -> None: ...

    def paused(self, pause: LanePause) -> None: ...

    def resumed(self, lane: Lane) -> None: ...

    def went_wrong(self, message: Message, failure: Exception) -> None: ...


class People:
    """A few accounts, nobody's contact known yet, and a way to write to them.

    `answers` is what the mail server says next, before it takes everything; until `away_until` it is not there.
    """

    def __init__(self) -> None:
        self.clock = EngineClock()
        self.channel = ScriptedChannel(answer=self._answer)
        self.answers: list[Delivery] = []
        self.away_until: datetime | None = None
        self.messages = MemoryMessageStore()
        self.lanes = MemoryLaneStore()
        self.accounts = MemoryAccountStore()
        self.recipients = RecipientBook(MemoryRecipientStore(), SEAL)
        self.contacts = SealedContactBook(self.accounts, SEAL)
        self.sending = self._sending()

    async def register(self, *user_ids: str) -> None:
        for user_id in user_ids:
            await self.accounts.insert(a_new(an_account(user_id, f"{user_id}@example.org")))

    def _answer(self, _mail: Mail, _lane: Lane) -> Delivery | None:
        if self.away_until and self.clock.now() < self.away_until:
            return TryAgain(detail="nobody is there", away=True)
        return self.answers.pop(0) if self.answers else None

    def _sending(self) -> SendingService:
        gate = LaneGate(self.lanes, Quiet(), self.clock, timedelta(seconds=60))
        means = Means(
            recipients=self.recipients,
            renderer=RENDERER,
            channel=self.channel,
            watch=Quiet(),
            clock=self.clock,
            terms=Terms(give_up_after=timedelta(hours=96), probe_after=timedelta(seconds=60)),
            jitter=lambda: 1.0,
            fresh=FreshMessages(self.clock),
        )
        tools = Tools(
            claims=Claims(holder="p1", lease=LEASE),
            watch=Quiet(),
            clock=self.clock,
            ids=CountingIds(),
            at_once=4,
            fresh=means.fresh,
        )
        no_campaigns = cast("Any", None)
        sender = Sender(self.messages, no_campaigns, HandingOver(means, gate), gate, tools)
        return SendingService(self.messages, sender, means)
