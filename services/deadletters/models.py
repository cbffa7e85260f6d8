"""What dead letters speak: letters, what is in them, their pages and groups, and how replays went. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.shared.dead_letters import Position
from services.shared.errors import Problem
from services.shared.pages import Page
from services.shared.replays import Disposition, RawRecord, Verdict

MOST_REPLAYS: Final = 3
"""So often a letter may fail again before it is set aside."""

MOST_HISTORY: Final = 20
"""The latest replays of a letter that are told; all are counted."""

MOST_GROUPS: Final = 100
MOST_IDS: Final = 1000
"""Letters that one command or one question may name."""


class LetterStatus(StrEnum):
    """The contract's states. PARKED and QUARANTINED wait for a person; a QUARANTINED one is replayed only by name."""

    PARKED = "PARKED"
    REPLAYED = "REPLAYED"
    DISCARDED = "DISCARDED"
    QUARANTINED = "QUARANTINED"


OPEN: Final = frozenset({LetterStatus.PARKED, LetterStatus.QUARANTINED})
"""What can be replayed or discarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One replay of a letter.

    Attributes:
        redrive_id: the workflow's id; a letter is replayed once by each.
        detail: why it failed; empty otherwise.
        reason: why it was replayed, in the words of who did; empty where they gave none.
    """

    redrive_id: str
    actor_id: str
    at: datetime
    verdict: Verdict
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What a consumer gave up on, without the record's content.

    Attributes:
        place: sorts by the time of storing; where the letter stands in every list.
        topic: what it was read from, as `partition` and `offset` say where.
        found_at: the dead letter's own record.
        key: the record's key as text, as `text_of` makes it.
        subject: the aggregate's id; None where the record does not say. So are `event_id` and `event_type`.
        error_type: the class of the last failure.
        disposition: None where the record does not say.
        fingerprint: the same for failures that differ in ids, numbers and quoted parts only.
        attempts: of the consumer, before it gave up.
        replays: how often it was replayed, whatever came of it; of several at the same moment that fail, one counts.
            `history` has the latest.
        note: who discarded it, and why.
        size: of key, value and headers as text, in bytes, rather more than less.
        revision: counts the changes, from 1; writers compare it.
    """

    id: str
    place: str
    topic: str
    partition: int
    offset: int
    found_at: Position
    key: str | None
    consumer: str
    event_id: str | None
    event_type: str | None
    subject: str | None
    correlation_id: str | None
    error_type: str
    error_message: str
    fingerprint: str
    disposition: Disposition | None
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime
    size: int
    status: LetterStatus = LetterStatus.PARKED
    replays: int = 0
    history: tuple[Replay, ...] = ()
    note: str | None = None
    handled_at: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """A letter and its record, as the consumer had read it: no header of the dead letter's own."""

    letter: DeadLetter
    record: RawRecord = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHeader:
    """A header as text, as `text_of` makes it."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """What is in a letter, as text (see `text_of`): for people and for tools."""

    id: str
    payload: str = field(repr=False)
    headers: tuple[TextHeader, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters; None means all."""

    topic: str | None = None
    consumer: str | None = None
    event_type: str | None = None
    error_type: str | None = None
    fingerprint: str | None = None
    status: LetterStatus | None = LetterStatus.PARKED


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterQuery:
    """One page, newest first."""

    wanted: LetterFilter = LetterFilter()
    first: int = 20
    after: str | None = None


LetterPage = Page[DeadLetter]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterGroup:
    """Letters of one consumer and type that failed alike. `error_message` is that of one of them."""

    consumer: str
    event_type: str | None
    error_type: str
    fingerprint: str
    error_message: str
    count: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Letters to replay: these ids, or all that match. Exactly one of the two is given.

    Only open ones are ever taken; of a filter without a status, the PARKED ones.
    """

    ids: tuple[str, ...] | None = None
    wanted: LetterFilter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a selection held at one moment: `count` letters, none of them behind the place `until`."""

    until: str
    count: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A letter that a redrive takes next, small enough for a workflow's history. `size`, `replays`: the letter's."""

    id: str
    place: str
    consumer: str
    topic: str
    event_type: str | None
    event_id: str | None
    found_at: Position
    size: int
    replays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """How the replay of one letter went.

    Attributes:
        error_type: empty unless it FAILED, as is `error_message`.
        replays_before: of the letter, when it was taken for this one; None where that is not known.
    """

    letter_id: str
    verdict: Verdict
    error_type: str = ""
    error_message: str = ""
    replays_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReplays:
    """What a redrive did with some letters, on whose behalf and why. Repeatable."""

    redrive_id: str
    actor_id: str
    results: tuple[ReplayResult, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardLetters:
    """The wish to give letters up for good."""

    ids: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """How many letters were given up now, and why others were not: a problem a letter, path `("ids", i)`."""

    count: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The open letters of one consumer, status and disposition; None where their records do not say one."""

    consumer: str
    status: LetterStatus
    disposition: Disposition | None
    count: int
    oldest: datetime
