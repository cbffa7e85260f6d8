"""What the audit trail speaks: intents, how they ended, records and their pages. Values only, all of bounded size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.shared.pages import decode_cursor, encode_cursor

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEdge:
    """A record and where it stands in its list."""

    cursor: str
    node: AuditRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of records."""

    edges: tuple[AuditEdge, ...]
    has_next: bool
    has_previous: bool


def record_before(query: AuditQuery) -> str | None:
    """The id that the page's records are older than. Raises Invalid at `after` for no cursor of this list."""
    return None if query.after is None else str(decode_cursor(query.after, str)[0])


def page_of(found: Sequence[AuditRecord], query: AuditQuery) -> AuditPage:
    """The page, given one record more than it holds where there is one."""
    return AuditPage(
        edges=tuple(AuditEdge(cursor=encode_cursor(record.id), node=record) for record in found[: query.first]),
        has_next=len(found) > query.first,
        has_previous=query.after is not None,
    )
