"""The faces of notifications to others, and what they need: stores, people, words, a renderer, channels. Protocols
only.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from services.notifications.deliveries import Delivery
from services.notifications.models import (
    BatchResult,
    CampaignWords,
    Claim,
    Lane,
    LanePause,
    Mail,
    Message,
    MessagePage,
    MessageQuery,
    QueuedMessages,
    QueueMessages,
    Recipient,
    SendBatch,
    SendResult,
    Source,
    Suppression,
)
from services.shared.actors import Actor
from services.shared.contacts import SealedContact
from services.shared.events import Event
from services.shared.safety import safe


class Notifications(Protocol):
    """What the gateway and the command line may ask of notifications."""

    @safe
    async def list_messages(self, query: MessageQuery, actor: Actor) -> MessagePage:
        """One page, newest first.

        Raises:
            Invalid: a page size or cursor out of range.
            Forbidden: messages of somebody else, for an actor who does not run the shop.
        """
        ...

    @safe
    async def messages_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[Message, ...]:
        """Those of the messages that exist and are open to the actor, in no order: one's own, all to OPS."""
        ...

    @safe
    async def list_lanes(self, actor: Actor) -> tuple[LanePause, ...]:
        """The lanes that are paused. Raises Forbidden unless the actor runs the shop."""
        ...

    async def resume_lane(self, lane: Lane, actor: Actor) -> bool:
        """Lets the lane go on at once; whether it was paused. Raises Forbidden unless the actor runs the shop."""
        ...


class Sending(Protocol):
    """What workflows may ask of notifications: to make messages, and to send them."""

    async def queue_messages(self, command: QueueMessages) -> QueuedMessages:
        """Makes the messages that an event asks for. Repeatable: what is there stays as it is. An event that nobody
        is told of makes none.

        Raises:
            Invalid: the event's data cannot be told of, or the sealed contact cannot be opened.
        """
        ...

    async def send_message(self, message_id: str, lane: Lane) -> SendResult:
        """Sends it if it is due, and says what became of it. Repeatable: what has ended is not sent again.

        While a lane is paused its messages are left as they are, QUEUED until the lane is tried again.

        Raises:
            NotFound: no such message.
            Unavailable: the database did not answer. A message that was claimed is SENDING until its claim is over.
        """
        ...

    async def send_batch(
        self, command: SendBatch, progress: Callable[[BatchResult], None], is_ending: Callable[[], bool] = bool
    ) -> BatchResult:
        """Sends what is due of a campaign's positions, chunk by chunk; `progress` is told after each. Repeatable.

        No chunk is begun once the process `is_ending`: what it would leave behind could not be sent again.
        """
        ...

    async def requeue(self, message_ids: Sequence[str]) -> QueuedMessages:
        """Makes messages that FAILED queued again, with a new term; answers which of them wait to be sent now.
        Repeatable: what waits already is among them, what was sent since is not.
        """
        ...


class Recipients(Protocol):
    """The people, as `services/notifications/recipients` keeps them."""

    async def by_ids(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Those whose contact is known, as they are now: what they declined and what is suppressed included."""
        ...

    async def learn(self, contact: SealedContact) -> Recipient | None:
        """Keeps the contact that users has sealed; None when it says that there is no such user (any more).

        Raises:
            Invalid: it is of another user.
            Unavailable: it was sealed with a secret that is not known here.
        """
        ...

    async def suppress(self, addresses: Mapping[str, Suppression]) -> None:
        """Nothing goes to these addresses any more, whoever has them. Repeatable."""
        ...


class Campaigns(Protocol):
    """What sending needs to know of campaigns."""

    async def words_of(self, campaign_id: str) -> CampaignWords | None:
        """What it says and whether it was stopped, as it is now; None when there is no such campaign."""
        ...


class Renderer(Protocol):
    """Makes mails. Pure: the same input makes the same mail, but for `Date`, which is the message's `queued_at`."""

    def subject(self, message: Message, name: str) -> str:
        """The subject of a message of an event: one line."""
        ...

    def campaign_subject(self, words: CampaignWords, name: str) -> str:
        """The subject of a campaign's message: one line."""
        ...

    def render(self, message: Message, recipient: Recipient, words: CampaignWords | None = None) -> Mail:
        """The mail. `words` is there for a campaign's message, and for no other.

        Raises:
            Invalid: the message's facts are not what its template tells of; it will never be rendered.
        """
        ...


class MailChannel(Protocol):
    """A way to hand over mails."""

    async def deliver(self, mail: Mail, lane: Lane) -> Delivery:
        """Hands over one mail on a connection of its lane, and says what came of it.

        Raises nothing but CancelledError; whoever cancels does not know what came of it.
        """
        ...


class MessageStore(Protocol):
    """Where messages are kept."""

    async def insert(self, messages: Sequence[Message]) -> int:
        """Adds those that are not there yet; answers how many. All or some: repeat it after a failure."""
        ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[Message, ...]: ...

    async def page(self, user_id: str, before: str | None, limit: int) -> tuple[Message, ...]:
        """A user's messages, newest first, from behind the place `before`."""
        ...

    async def of_source(self, source: Source) -> tuple[Message, ...]:
        """An event's messages."""
        ...

    async def of_positions(self, campaign_id: str, first: int, until: int) -> tuple[Message, ...]:
        """A campaign's messages with these positions, `until` not included, in their order."""
        ...

    async def give_facts(self, facts: Mapping[str, Mapping[str, Any]]) -> None:
        """Those of the messages that are QUEUED, by their ids, tell of these facts from now on."""
        ...

    async def claim(self, messages: Sequence[Message], claim: Claim) -> tuple[Message, ...]:
        """Those of the messages that were QUEUED and due at `claim.at`, and tried no more often than is given here:
        SENDING now, with this claim, as they are then.
        """
        ...

    async def renew(self, message_ids: Sequence[str], claim: Claim) -> None:
        """Those of the messages that have this claim have it until `claim.until`."""
        ...

    async def begin(self, message_ids: Sequence[str], claim: Claim) -> tuple[str, ...]:
        """Remembers that the delivery of those of the messages begins that have this claim; answers which."""
        ...

    async def settle(self, settlements: Sequence[tuple[Claim, Message]], make_event: "MakeEvent") -> tuple[str, ...]:
        """Stores what became of claimed messages: each as it is given, if it still is SENDING with that claim.

        In one transaction with it: an event for each final one, numbered by its recipient's own counter, and the
        campaign's counts. Answers the ids of those that were stored; the others' claims were lost.
        """
        ...

    async def requeue(self, message: Message) -> bool:
        """Stores a message that FAILED as it is given, QUEUED, and takes it out of its campaign's counts; whether it
        was FAILED still.
        """
        ...


class LaneStore(Protocol):
    """Which lanes are paused; the same for all processes."""

    async def pauses(self) -> tuple[LanePause, ...]: ...

    async def pause(self, pause: LanePause) -> bool:
        """Stores it. False, and nothing is stored, when the lane is paused already."""
        ...

    async def probe(self, pause: LanePause, until: datetime) -> bool:
        """Moves `until` on: whoever gets True sends the one message that tries the lane. False: another one does."""
        ...

    async def resume(self, lane: Lane) -> bool:
        """Whether it was paused."""
        ...


MakeEvent = Callable[[Message, int], Event]
"""The event that tells of a final message; the number is the recipient's counter, from 1."""


class Watch(Protocol):
    """Who wants to know how sending goes: for metrics and logs. Must not wait, and gets no address."""

    def tried(self, message: Message, delivery: Delivery, seconds: float) -> None:
        """A message was handed to its channel, which took so long to answer."""
        ...

    def ended(self, message: Message) -> None:
        """A message came into its final state, and that is stored."""
        ...

    def paused(self, pause: LanePause) -> None:
        """This process stopped a lane for all."""
        ...

    def resumed(self, lane: Lane) -> None:
        """A lane works again, as this process found out."""
        ...

    def went_wrong(self, message: Message, failure: Exception) -> None:
        """A renderer or a channel raised what it must not."""
        ...
