"""The sending of messages without servers: stores in memory, a channel that answers as told, several processes."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from services.infra.contacts.seal import SecretSeal
from services.infra.settings import Settings
from services.notifications.campaigns.memory import MemoryCampaignStore
from services.notifications.campaigns.models import CampaignStatus
from services.notifications.campaigns.service import CampaignService
from services.notifications.deliveries import Delivery
from services.notifications.memory import MemoryLaneStore, MemoryMessageStore
from services.notifications.models import BatchResult, Lane, LanePause, Mail, Message, SendBatch, SendResult
from services.notifications.recipients.memory import MemoryRecipientStore
from services.notifications.recipients.service import RecipientBook
from services.notifications.sending.fresh import FreshMessages
from services.notifications.sending.gate import LaneGate
from services.notifications.sending.handing import HandingOver, Means
from services.notifications.sending.sender import Claims, Sender, Tools
from services.notifications.sending.service import SendingService
from services.notifications.sending.states import Terms
from services.shared.contacts import OptionalCategory
from tests.notifications.campaigns.makers import CONTENT, a_campaign
from tests.notifications.makers import LEASE, MOMENT, a_campaign_message
from tests.notifications.recipients.makers import a_contact
from tests.support.doubles import CountingIds, StandingClock
from tests.support.mail_channel import ScriptedChannel
from workers.mails import mail_renderer

PROBE_AFTER = timedelta(seconds=60)
GIVE_UP_AFTER = timedelta(hours=96)
CAMPAIGN = "c1"
SEAL = SecretSeal(SecretStr("of the tests"))
RENDERER = mail_renderer(Settings())


class Killed(BaseException):
    """The end of a process, as far as its tasks are concerned."""


class Notes:
    """Offers Watch, and remembers."""

    def __init__(self) -> None:
        self.tried_by: list[str] = []
        self.ends: list[Message] = []
        self.lanes: list[str] = []
        self.failures: list[tuple[str, Exception]] = []

    def tried(self, message: Message, delivery: Delivery, seconds: float) -> None:
        assert seconds >= 0
        self.tried_by.append(f"{message.lane} {type(delivery).__name__}")

    def ended(self, message: Message) -> None:
        self.ends.append(message)

    def paused(self, pause: LanePause) -> None:
        self.lanes.append(f"{pause.lane} paused")

    def resumed(self, lane: Lane) -> None:
        self.lanes.append(f"{lane} resumed")

    def went_wrong(self, message: Message, failure: Exception) -> None:
        self.failures.append((message.id, failure))


class Office:
    """Messages, people and a campaign; `process` makes one more process that sends."""

    def __init__(self, messages: MemoryMessageStore | None = None) -> None:
        self.clock, self.ids, self.notes = StandingClock(MOMENT), CountingIds(), Notes()
        self.messages = messages or MemoryMessageStore()
        self.lanes, self.people = MemoryLaneStore(), MemoryRecipientStore()
        self.book = RecipientBook(self.people, SEAL)
        self.campaign_store = MemoryCampaignStore(self.messages)
        self.campaigns = CampaignService(self.campaign_store, self.book, RENDERER, self.clock)
        self.channel = ScriptedChannel()
        self.sending = self.process()

    def process(self, lease: timedelta = LEASE, at_once: int = 4, means: Means | None = None) -> SendingService:
        """A further process. With a lease that is short, claims are renewed often."""
        means = means or self.means()
        gate = LaneGate(self.lanes, self.notes, self.clock, PROBE_AFTER)
        claims = Claims(holder=self.ids.new(), lease=lease)
        tools = Tools(
            claims=claims,
            watch=self.notes,
            clock=self.clock,
            ids=self.ids,
            at_once=at_once,
            fresh=means.fresh,
            heeded_within=0.0,
        )
        sender = Sender(self.messages, self.campaigns, HandingOver(means, gate), gate, tools)
        return SendingService(self.messages, sender, means)

    def means(self) -> Means:
        return Means(
            recipients=self.book,
            renderer=RENDERER,
            channel=self.channel,
            watch=self.notes,
            clock=self.clock,
            terms=Terms(give_up_after=GIVE_UP_AFTER, probe_after=PROBE_AFTER),
            jitter=lambda: 1.0,
            fresh=FreshMessages(self.clock),
        )

    async def know(self, *user_ids: str, declined: tuple[OptionalCategory, ...] = ()) -> None:
        """These people have accounts."""
        await self.people.keep([a_contact(user_id, declined=declined) for user_id in user_ids])

    async def have(self, *messages: Message) -> None:
        """The messages are there, and those whom they are for."""
        await self.know(*(message.user_id for message in messages))
        await self.messages.insert(messages)

    async def have_campaign(self, count: int, status: CampaignStatus = CampaignStatus.RUNNING) -> Sequence[Message]:
        """A campaign with as many messages."""
        await self.campaign_store.insert(a_campaign(CAMPAIGN, status=status, started_at=MOMENT), CONTENT)
        messages = [a_campaign_message(position) for position in range(count)]
        await self.have(*messages)
        return messages

    async def now(self, message: Message) -> Message:
        """The message as it is stored."""
        return (await self.messages.by_ids([message.id]))[0]

    async def send(self, message: Message) -> SendResult:
        return await self.sending.send_message(message.id, message.lane)

    async def send_all(self, count: int, *, chunk: int = 4, first: int = 0) -> BatchResult:
        """A batch of the campaign; its progress must never go back."""
        heard: list[BatchResult] = []
        result = await self.sending.send_batch(
            SendBatch(campaign_id=CAMPAIGN, first=first, until=count, chunk=chunk), heard.append
        )
        assert [each.sent for each in heard] == sorted(each.sent for each in heard)
        return result

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def answers(self, *answers: Delivery | type[BaseException] | None) -> None:
        """What comes of the next mails; of those behind them, that they are taken."""
        left = list(answers)

        def answer(_: Mail, __: Lane) -> Delivery | None:
            said = left.pop(0) if left else None
            if isinstance(said, type):
                raise said
            return said

        self.channel.answer = answer

    def always(self, delivery: Delivery) -> None:
        """What comes of every mail."""
        self.channel.answer = lambda _, __: delivery

    def mails_to(self, message: Message) -> list[str]:
        """The Message-IDs of what was taken for the message's recipient."""
        return [mail.message_id for _, mail in self.channel.taken if mail.to == message.to]


async def killed(work: Awaitable[object]) -> None:
    """Has the work end as its process ends."""
    try:
        await work
    except Killed:
        return
    raise AssertionError("nobody was killed")


def late(message: Message, by: timedelta) -> Message:
    """The message, of no use any more from then on."""
    return replace(message, expires_at=MOMENT + by)
