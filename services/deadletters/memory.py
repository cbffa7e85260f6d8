"""Dead letters in memory: the fake of the store, kept to the same contract suite. For tests; forgets everything."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from services.deadletters.models import (
    OPEN,
    Backlog,
    DeadLetter,
    LetterFilter,
    LetterGroup,
    Selection,
    StoredLetter,
)
from services.shared.replays import RawRecord


class MemoryDeadLetterStore:
    """Implements DeadLetterStore, in dicts."""

    def __init__(self) -> None:
        self._letters: dict[str, DeadLetter] = {}
        self._records: dict[str, RawRecord] = {}

    async def insert(self, letters: Sequence[StoredLetter]) -> int:
        """See `DeadLetterStore.insert`."""
        new = [stored for stored in letters if stored.letter.id not in self._letters]
        self._letters |= {stored.letter.id: stored.letter for stored in new}
        self._records |= {stored.letter.id: stored.record for stored in new}
        return len(new)

    async def page(self, wanted: LetterFilter, before: str | None, limit: int) -> tuple[DeadLetter, ...]:
        """See `DeadLetterStore.page`."""
        found = [letter for letter in self._matching(wanted) if before is None or letter.place < before]
        return tuple(sorted(found, key=lambda letter: letter.place, reverse=True)[:limit])

    async def count(self, wanted: LetterFilter) -> int:
        """See `DeadLetterStore.count`."""
        return sum(1 for _ in self._matching(wanted))

    async def groups(self, wanted: LetterFilter, limit: int) -> tuple[LetterGroup, ...]:
        """See `DeadLetterStore.groups`."""
        alike: defaultdict[tuple[object, ...], list[DeadLetter]] = defaultdict(list)
        for letter in self._matching(wanted):
            alike[letter.consumer, letter.event_type, letter.error_type, letter.fingerprint].append(letter)
        groups = [_group(letters) for letters in alike.values()]
        return tuple(sorted(groups, key=lambda group: (-group.count, group.consumer, group.fingerprint))[:limit])

    async def by_ids(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        """See `DeadLetterStore.by_ids`."""
        return tuple(self._letters[each] for each in dict.fromkeys(ids) if each in self._letters)

    async def with_records(self, ids: Sequence[str]) -> tuple[StoredLetter, ...]:
        """See `DeadLetterStore.with_records`."""
        return tuple(StoredLetter(letter=letter, record=self._records[letter.id]) for letter in await self.by_ids(ids))

    async def newest_place(self) -> str:
        """See `DeadLetterStore.newest_place`."""
        return max((letter.place for letter in self._letters.values()), default="")

    async def open_between(self, selection: Selection, after: str, until: str, limit: int) -> tuple[DeadLetter, ...]:
        """See `DeadLetterStore.open_between`."""
        among = self._matching(selection.wanted) if selection.wanted else await self.by_ids(selection.ids or ())
        found = [letter for letter in among if letter.status in OPEN and after < letter.place <= until]
        return tuple(sorted(found, key=lambda letter: letter.place)[:limit])

    async def replace_all(self, letters: Sequence[DeadLetter]) -> bool:
        """See `DeadLetterStore.replace_all`."""
        stored = [self._letters.get(letter.id) for letter in letters]
        revisions = [known.revision + 1 if known else 0 for known in stored]
        if revisions != [letter.revision for letter in letters]:
            return False
        self._letters |= {letter.id: letter for letter in letters}
        return True

    async def backlog(self) -> tuple[Backlog, ...]:
        """See `DeadLetterStore.backlog`."""
        waiting = [letter for letter in self._letters.values() if letter.status in OPEN]
        kinds = Counter((letter.consumer, letter.status, letter.disposition) for letter in waiting)
        return tuple(
            Backlog(
                consumer=kind[0],
                status=kind[1],
                disposition=kind[2],
                count=count,
                oldest=min(
                    letter.first_failed_at
                    for letter in waiting
                    if (letter.consumer, letter.status, letter.disposition) == kind
                ),
            )
            for kind, count in kinds.items()
        )

    def _matching(self, wanted: LetterFilter) -> Iterable[DeadLetter]:
        return (letter for letter in self._letters.values() if _matches(letter, wanted))


def _matches(letter: DeadLetter, wanted: LetterFilter) -> bool:
    return (
        wanted.topic in {None, letter.topic}
        and wanted.consumer in {None, letter.consumer}
        and wanted.event_type in {None, letter.event_type}
        and wanted.error_type in {None, letter.error_type}
        and wanted.fingerprint in {None, letter.fingerprint}
        and wanted.status in {None, letter.status}
    )


def _group(letters: Sequence[DeadLetter]) -> LetterGroup:
    one = letters[0]
    return LetterGroup(
        consumer=one.consumer,
        event_type=one.event_type,
        error_type=one.error_type,
        fingerprint=one.fingerprint,
        error_message=max(letter.error_message for letter in letters),
        count=len(letters),
        oldest=min(letter.first_failed_at for letter in letters),
        newest=max(letter.last_failed_at for letter in letters),
    )
