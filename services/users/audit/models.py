"""What the audit trail speaks: intents, how they ended, records and their pages. Values only, all of bounded size."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.shared.pages import Page, decode_cursor, encode_cursor

MOST_ARGUMENTS: Final = 50
MOST_CODES: Final = 20
LONGEST_VALUE: Final = 500
LONGEST_NAME: Final = 100
CUT: Final = "…"
"""Ends what was longer."""


class AuditOutcome(StrEnum):
    """What became of a deed. STARTED: it was begun, and nobody came back to say how it ended."""

    STARTED = "STARTED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    DENIED = "DENIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditArgument:
    """One input of a deed, by its path, such as `input.price.amount`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What somebody is about to do, or was denied.

    Attributes:
        record_id: made by who asks, sorts by the time of its making; the same intent twice is one record.
        action: the mutation's name.
        arguments: no secret and no personal data among them.
        address: the client's network address.
        request_id: finds the request in the logs.
    """

    record_id: str
    action: str
    arguments: tuple[AuditArgument, ...]
    address: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """How a deed ended, with the codes of what was said no to or failed."""

    record_id: str
    outcome: AuditOutcome
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A deed: who, what, when, from where, and what became of it."""

    id: str
    actor_id: str
    action: str
    arguments: tuple[AuditArgument, ...]
    address: str
    request_id: str
    outcome: AuditOutcome
    codes: tuple[str, ...]
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """One page of records, newest first; None means all actors, all actions."""

    first: int = 20
    after: str | None = None
    actor_id: str | None = None
    action: str | None = None


AuditPage = Page[AuditRecord]


def record_before(query: AuditQuery) -> str | None:
    """The id that the page's records are older than. Raises Invalid at `after` for no cursor of this list."""
    return None if query.after is None else str(decode_cursor(query.after, str)[0])


def cursor_of(record: AuditRecord) -> str:
    """Where the record stands, as an opaque text."""
    return encode_cursor(record.id)
