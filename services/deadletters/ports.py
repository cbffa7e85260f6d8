"""The faces of the dead letters to the gateway, to redrives and to what reads Kafka, and what they need of a store."""

from collections.abc import Sequence
from typing import Protocol

from services.deadletters.models import (
    Backlog,
    Candidate,
    DeadLetter,
    Discarded,
    DiscardLetters,
    LetterContent,
    LetterFilter,
    LetterGroup,
    LetterPage,
    LetterQuery,
    RecordReplays,
    Selection,
    Snapshot,
    StoredLetter,
)
from services.shared.actors import Actor
from services.shared.dead_letters import FoundRecord
from services.shared.safety import safe


class DeadLetters(Protocol):
    """What OPS may ask of the dead letters. Every call raises Forbidden for an actor who does not run the shop."""

    @safe
    async def list_letters(self, query: LetterQuery, actor: Actor) -> LetterPage:
        """One page, newest first. Raises Invalid for a page size, cursor or filter that cannot be."""
        ...

    @safe
    async def count_letters(self, wanted: LetterFilter, actor: Actor) -> int:
        """How many match. Raises Invalid."""
        ...

    @safe
    async def group_letters(self, wanted: LetterFilter, actor: Actor) -> tuple[LetterGroup, ...]:
        """The largest groups of what matches, MOST_GROUPS of them, largest first. Raises Invalid."""
        ...

    @safe
    async def letters_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[DeadLetter, ...]:
        """Those of the letters that exist, in no order. Raises Invalid at `ids` for too many."""
        ...

    @safe
    async def contents_of(self, ids: Sequence[str], actor: Actor) -> tuple[LetterContent, ...]:
        """What is in those that exist: the first of them and as many more as make a message of reasonable size, in
        the order asked for. Whoever misses one asks again. Raises Invalid at `ids` for too many.
        """
        ...

    @safe
    async def survey(self, selection: Selection, actor: Actor) -> Snapshot:
        """What a redrive of the selection would take now.

        Its problems name the ids that are unknown (NOT_FOUND) or closed (ALREADY_HANDLED), path `("ids", i)`.
        Raises Invalid.
        """
        ...

    async def discard(self, command: DiscardLetters, actor: Actor) -> Discarded:
        """Gives up those of the letters that are open; who and why stays with them. Raises Invalid."""
        ...


class Redrivable(Protocol):
    """What a redrive asks of the dead letters, inside their own process. It acts for whoever has started it."""

    async def snapshot(self, selection: Selection) -> Snapshot:
        """See `DeadLetters.survey`. Letters that come later are behind `until`. Raises Invalid."""
        ...

    async def next_candidates(self, selection: Selection, after: str, until: str, limit: int) -> tuple[Candidate, ...]:
        """The next open letters of the selection behind the place `after` ("" at first), up to and with `until`.

        Oldest first. Whoever goes on behind the last one's place meets each letter once. Raises Invalid.
        """
        ...

    async def raw_records(self, ids: Sequence[str]) -> tuple[StoredLetter, ...]:
        """The letters of these ids that exist, with their raw records, in no order. Raises Invalid."""
        ...

    async def record_replays(self, command: RecordReplays) -> tuple[DeadLetter, ...]:
        """Keeps how the replays went, once a redrive and letter; answers with the letters as they are then.

        What had its effect, now or before, is REPLAYED. What failed again stays open, and is QUARANTINED when that was
        the third time. An unknown id is passed over.
        """
        ...


class Intake(Protocol):
    """What takes in the records of the dead letter topics."""

    async def take_in(self, records: Sequence[FoundRecord]) -> int:
        """Keeps each as a letter, once however often it comes; answers how many were new.

        A record that is odd itself is kept as well as it can be: nothing is refused. Raises Unavailable.
        """
        ...


class DeadLetterStore(Protocol):
    """Where letters are kept. All raise Unavailable."""

    async def insert(self, letters: Sequence[StoredLetter]) -> int:
        """Adds those whose id is not there yet; answers how many that were."""
        ...

    async def page(self, wanted: LetterFilter, before: str | None, limit: int) -> tuple[DeadLetter, ...]:
        """At most `limit`, newest first; with `before`, older than that place."""
        ...

    async def count(self, wanted: LetterFilter) -> int: ...

    async def groups(self, wanted: LetterFilter, limit: int) -> tuple[LetterGroup, ...]:
        """The largest, largest first."""
        ...

    async def by_ids(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]: ...

    async def with_records(self, ids: Sequence[str]) -> tuple[StoredLetter, ...]:
        """Those of the letters that exist, in no order."""
        ...

    async def newest_place(self) -> str:
        """Of all letters; "" where there is none."""
        ...

    async def open_between(self, selection: Selection, after: str, until: str, limit: int) -> tuple[DeadLetter, ...]:
        """See `Redrivable.next_candidates`."""
        ...

    async def replace_all(self, letters: Sequence[DeadLetter]) -> bool:
        """Stores what can change of them: all at once, or nothing and False where another writer was first.

        Each comes with the revision behind the one that it replaces.
        """
        ...

    async def backlog(self) -> tuple[Backlog, ...]:
        """The open letters, counted; in no order."""
        ...
