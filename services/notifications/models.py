"""What notifications speak: messages and their states, people as messages need them, and their pages. Values only.

An address or a name of a person stays in this service's database, and in the mail itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from services.shared.contacts import SealedContact
from services.shared.errors import Invalid
from services.shared.events import Origin
from services.shared.ids import derived_id
from services.shared.pages import Page, decode_cursor, encode_cursor
from services.shared.pages import page_of as page_of_any

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


class NotificationCategory(StrEnum):
    """The contract's kinds of messages. The first two always go; the others can be declined."""

    SECURITY = "SECURITY"
    TRANSACTIONAL = "TRANSACTIONAL"
    PROMOTIONAL = "PROMOTIONAL"
    RECOMMENDATION = "RECOMMENDATION"

    @property
    def is_optional(self) -> bool:
        """Whether people can decline it."""
        return self in {NotificationCategory.PROMOTIONAL, NotificationCategory.RECOMMENDATION}

    @property
    def lane(self) -> "Lane":
        """Where it travels."""
        return Lane.STANDARD if self.is_optional else Lane.CRITICAL


class Lane(StrEnum):
    """The contract's `NotificationPriority`: each has its own queue, slots and connections."""

    CRITICAL = "CRITICAL"
    STANDARD = "STANDARD"


class Channel(StrEnum):
    """The ways to a person."""

    EMAIL = "EMAIL"


class Template(StrEnum):
    """What a message says; its text and its term are in `mails`."""

    ORDER_CONFIRMED = "order-confirmed"
    ORDER_SHIPPED = "order-shipped"
    ORDER_DELIVERED = "order-delivered"
    ORDER_REJECTED = "order-rejected"
    ORDER_CANCELLED = "order-cancelled"
    WELCOME = "welcome"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 (a template's name)
    SESSION_COMPROMISED = "session-compromised"
    CAMPAIGN = "campaign"


class SourceKind(StrEnum):
    """What messages come from."""

    EVENT = "EVENT"
    CAMPAIGN = "CAMPAIGN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The one event or campaign that a message comes from."""

    kind: SourceKind
    id: str


class Status(StrEnum):
    """A message's states. The API shows SENDING as QUEUED; the last three are final, but that FAILED may be QUEUED
    again.
    """

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


FINAL: Final = frozenset({Status.SENT, Status.SKIPPED, Status.FAILED})


class Reason(StrEnum):
    """Why a message was skipped or failed, as programs read it; nothing personal is in it."""

    EXPIRED = "EXPIRED"
    OPTED_OUT = "OPTED_OUT"
    SUPPRESSED = "SUPPRESSED"
    CANCELLED = "CANCELLED"
    UNKNOWN_RECIPIENT = "UNKNOWN_RECIPIENT"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    CONTENT_REFUSED = "CONTENT_REFUSED"
    GIVEN_UP = "GIVEN_UP"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That somebody is sending a message.

    Attributes:
        id: of this claim alone; a settlement names it, so that whoever lost it settles nothing.
        holder: the process, for people.
        until: when it is over. A message that is SENDING after that was left behind.
        begun: its delivery may have begun: nobody knows what became of such a one that is left behind. Otherwise it was
            only claimed, together with others.
    """

    id: str
    holder: str
    at: datetime
    until: datetime
    begun: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: what one source has to say to one person by one channel.

    Attributes:
        to: the address, as it was when the message was made.
        facts: what the template tells of: the event's data; empty for a campaign, whose words are with the campaign.
        position: its number in its campaign, from 0.
        attempts: how often it was claimed.
        unknown_attempts: of how many of those nobody knows what became of them.
        reason: set on SKIPPED and FAILED; `detail` is the same for a person, or why it waits.
        next_try_at: no earlier is it tried.
        expires_at: no later.
        settled_at: when it came into its final state.
    """

    id: str
    source: Source
    user_id: str
    channel: Channel
    template: Template
    category: NotificationCategory
    to: str
    subject: str
    facts: Mapping[str, Any]
    position: int
    origin: Origin
    status: Status
    attempts: int
    unknown_attempts: int
    claim: Claim | None
    reason: Reason | None
    detail: str | None
    queued_at: datetime
    next_try_at: datetime
    expires_at: datetime
    settled_at: datetime | None

    @property
    def lane(self) -> Lane:
        return self.category.lane

    @property
    def sent_at(self) -> datetime | None:
        """When the mail server took it."""
        return self.settled_at if self.status is Status.SENT else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why nothing goes to an address any more; `detail` is for a person."""

    since: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person, as sending needs to know them.

    Attributes:
        address, name: what messages are sent to and begin with.
        declined: the optional categories that the person does not want.
        suppression: why nothing goes to the address; None where there is no obstacle.
    """

    user_id: str
    address: str
    name: str
    declined: frozenset[NotificationCategory] = frozenset()
    suppression: Suppression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignWords:
    """What a campaign says, and whether it still says it; its messages are rendered from it.

    Attributes:
        key: of the words alone: a renderer may keep what it has made of them under it.
        body: Markdown with placeholders.
    """

    campaign_id: str
    key: str
    name: str
    category: NotificationCategory
    subject: str
    body: str
    cancelled: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message ready for its channel.

    Attributes:
        message_id: the `Message-ID`, the same for every attempt.
        sender: the address that the mail server may answer to (the envelope's).
        to: the one recipient's address.
        content: the whole of it, headers first, as RFC 5322 has it, lines ended by CRLF.
    """

    message_id: str
    sender: str
    to: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePause:
    """That a lane is stopped, and why.

    Attributes:
        until: when one message is sent to see whether it works again.
        probes: how many were, since.
    """

    lane: Lane
    detail: str
    since: datetime
    until: datetime
    probes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessages:
    """The wish that the people whom an event concerns are told of it, once.

    Attributes:
        kind: the event's type.
        facts: its data.
        contact: the answer of `users.load_contact`, where a first wish said that it is needed.
    """

    event_id: str
    kind: str
    facts: Mapping[str, Any]
    happened_at: datetime
    origin: Origin
    contact: SealedContact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message by its name, and its lane."""

    message_id: str
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessages:
    """The messages of an event. `contact_of` names the user whose contact is needed first; then there are none yet."""

    messages: tuple[QueuedMessage, ...] = ()
    contact_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What became of one message, without a word about the person.

    Attributes:
        status: QUEUED: it waits until `next_try_at`; SENDING: somebody else has it, look again then.
    """

    message_id: str
    status: Status
    reason: Reason | None = None
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBatch:
    """The wish that the messages of a campaign with these positions are sent, as far as they are due.

    Attributes:
        first, until: the positions, `until` not included.
        chunk: how many are claimed and settled together at most; a killed process leaves no more behind.
    """

    campaign_id: str
    first: int
    until: int
    chunk: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """What became of a batch.

    Attributes:
        waiting: how many are neither sent nor given up, so that a later pass is needed.
        next_try_at: when the first of these may be tried; None where none waits.
        stopped: the campaign was paused, or the process ends, and the rest was left.
    """

    sent: int = 0
    skipped: int = 0
    failed: int = 0
    waiting: int = 0
    next_try_at: datetime | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery:
    """One page of a user's messages, newest first."""

    user_id: str
    first: int = 20
    after: str | None = None


MessagePage = Page[Message]


def message_id_of(source: Source, user_id: str, channel: Channel) -> str:
    """The same for the same three, always: so that nobody is told of the same thing twice."""
    return derived_id("message", source.kind, source.id, user_id, channel)


def milliseconds_of(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def place_of(message: Message) -> str:
    """Where the message stands in its list, as a text that sorts by the moment, then by the id."""
    return f"{milliseconds_of(message.queued_at):015d}/{message.id}"


def cursor_of(message: Message) -> str:
    """The same, opaque."""
    return encode_cursor(place_of(message))


def place_before(query: MessageQuery) -> str | None:
    """Where the page begins. Raises Invalid at `after` for what is no cursor of this list."""
    if query.after is None:
        return None
    (place,) = decode_cursor(query.after, str)
    if "/" not in str(place):
        raise Invalid("not a cursor of this list", ("after",))
    return str(place)


def page_of(found: Sequence[Message], query: MessageQuery) -> MessagePage:
    """The page, from one message more than it may hold (where there are so many)."""
    return page_of_any(found, query, cursor_of)
