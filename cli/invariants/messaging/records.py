"""What notifications say of their messages at one moment, and what the mailbox holds. Plain values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.models import FINAL, SourceKind, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFact:
    """One message, without a word about the person.

    Attributes:
        belongs_to: the order, account or campaign that it is about.
        unknown_attempts: how often it may have arrived without anybody knowing.
        settled_at: when it came into its final state.
    """

    id: str
    source_kind: SourceKind
    source_id: str
    belongs_to: str
    user_id: str
    channel: str
    template: str
    status: Status
    unknown_attempts: int
    settled_at: datetime | None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    def __str__(self) -> str:
        return f"{self.template} of {self.belongs_to} ({self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFact:
    """A campaign's own counts. `is_moving`: it sends, or is yet to end."""

    id: str
    status: str
    is_moving: bool
    recipients: int
    sent: int
    skipped: int
    failed: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFact:
    """One mail in the mailbox, and which message it says it is."""

    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaging:
    """All of it.

    Attributes:
        alive: the ids of the workflows that tell people of something.
        mails: None where the mail server is not ours, and nobody can look.
        since: what ended before it may be forgotten.
    """

    messages: Sequence[MessageFact] = ()
    campaigns: Sequence[CampaignFact] = ()
    alive: frozenset[str] = frozenset()
    mails: Sequence[MailFact] | None = None
    since: datetime | None = None
