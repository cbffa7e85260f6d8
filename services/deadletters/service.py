"""The dead letters' faces on a store: who may ask, what is told, how a letter moves on. Applies no letter itself."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Final, TypeAlias

from services.deadletters.models import (
    MOST_GROUPS,
    OPEN,
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
    Replay,
    Selection,
    Snapshot,
    StoredLetter,
    TextHeader,
)
from services.deadletters.ports import DeadLetterStore
from services.deadletters.reading import letter_of
from services.deadletters.rules import (
    LONGEST_DETAIL,
    candidate_of,
    checked_filter,
    checked_ids,
    checked_query,
    checked_reason,
    checked_selection,
    cursor_of,
    discarded,
    has_replay_of,
    place_before,
    problem_with,
    replayed,
)
from services.deadletters.texts import shortened, text_of
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.dead_letters import FoundRecord
from services.shared.errors import Forbidden, Invalid, Problem, Unavailable
from services.shared.ids import IdFactory
from services.shared.pages import page_of

LARGEST_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of content in one answer, unless a single letter has more."""

LARGEST_BATCH: Final = 1000
RACES: Final = 5
"""Letters that a redrive takes at once; other writers of one letter that are given way to."""

Letters: TypeAlias = Mapping[str, DeadLetter]


class DeadLetterService:
    """Implements DeadLetters, Redrivable and Intake."""

    def __init__(self, store: DeadLetterStore, clock: Clock, ids: IdFactory) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def list_letters(self, query: LetterQuery, actor: Actor) -> LetterPage:
        _check_runs_the_shop(actor)
        checked_query(query)
        return page_of(await self._store.page(query.wanted, place_before(query), query.first + 1), query, cursor_of)

    async def count_letters(self, wanted: LetterFilter, actor: Actor) -> int:
        _check_runs_the_shop(actor)
        return await self._store.count(checked_filter(wanted))

    async def group_letters(self, wanted: LetterFilter, actor: Actor) -> tuple[LetterGroup, ...]:
        _check_runs_the_shop(actor)
        return await self._store.groups(checked_filter(wanted), MOST_GROUPS)

    async def letters_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[DeadLetter, ...]:
        _check_runs_the_shop(actor)
        return await self._store.by_ids(checked_ids(ids))

    async def contents_of(self, ids: Sequence[str], actor: Actor) -> tuple[LetterContent, ...]:
        _check_runs_the_shop(actor)
        known = {letter.id: letter for letter in await self._store.by_ids(checked_ids(ids))}
        taken = _of_one_answer([known[each] for each in dict.fromkeys(ids) if each in known])
        stored = {each.letter.id: each for each in await self._store.with_records(taken)}
        return tuple(_content(stored[each]) for each in taken if each in stored)

    async def survey(self, selection: Selection, actor: Actor) -> Snapshot:
        _check_runs_the_shop(actor)
        return await self.snapshot(selection)

    async def discard(self, command: DiscardLetters, actor: Actor) -> Discarded:
        _check_runs_the_shop(actor)
        reason, ids = checked_reason(command.reason), checked_ids(command.ids)
        if not ids:
            raise Invalid("must name at least one", ("ids",))
        now = self._clock.now()

        def decide(letter: DeadLetter) -> DeadLetter | None:
            return discarded(letter, actor.user_id, reason, now) if letter.status in OPEN else None

        known, changed = await self._change(ids, decide)
        return Discarded(count=len(changed), problems=_problems(ids, known))

    async def snapshot(self, selection: Selection) -> Snapshot:
        """See `Redrivable.snapshot`."""
        selection = checked_selection(selection)
        until = await self._store.newest_place()
        if selection.ids is None:
            return Snapshot(until=until, count=await self._store.count(selection.wanted or LetterFilter()))
        known = await self._known(selection.ids)
        problems = _problems(selection.ids, known)
        return Snapshot(until=until, count=len(selection.ids) - len(problems), problems=problems)

    async def next_candidates(self, selection: Selection, after: str, until: str, limit: int) -> tuple[Candidate, ...]:
        """See `Redrivable.next_candidates`."""
        if not 1 <= limit <= LARGEST_BATCH:
            raise Invalid(f"must be 1 to {LARGEST_BATCH}", ("limit",))
        found = await self._store.open_between(checked_selection(selection), after, until, limit)
        return tuple(map(candidate_of, found))

    async def raw_records(self, ids: Sequence[str]) -> tuple[StoredLetter, ...]:
        """See `Redrivable.raw_records`."""
        return await self._store.with_records(checked_ids(ids))

    async def record_replays(self, command: RecordReplays) -> tuple[DeadLetter, ...]:
        """See `Redrivable.record_replays`."""
        results = {result.letter_id: result for result in command.results}
        now = self._clock.now()

        def decide(letter: DeadLetter) -> DeadLetter | None:
            if has_replay_of(letter, command.redrive_id):
                return None
            result = results[letter.id]
            replay = Replay(
                redrive_id=command.redrive_id,
                actor_id=command.actor_id,
                at=now,
                verdict=result.verdict,
                detail=shortened(result.error_message, LONGEST_DETAIL),
                reason=command.reason,
            )
            return replayed(letter, replay, result)

        known, changed = await self._change(checked_ids(tuple(results)), decide)
        return tuple({**known, **changed}.values())

    async def take_in(self, records: Sequence[FoundRecord]) -> int:
        """See `Intake.take_in`."""
        now = self._clock.now()
        letters = {letter.letter.id: letter for letter in (letter_of(each, self._ids.new(), now) for each in records)}
        return await self._store.insert(tuple(letters.values()))

    async def _known(self, ids: Sequence[str]) -> Letters:
        return {letter.id: letter for letter in await self._store.by_ids(ids)}

    async def _change(
        self, ids: Sequence[str], decide: Callable[[DeadLetter], DeadLetter | None]
    ) -> tuple[Letters, Letters]:
        """The letters as they were found, and those that `decide` has changed. Raises Unavailable."""
        for _ in range(RACES):
            known = await self._known(ids)
            changed = {each.id: new for each in known.values() if (new := decide(each)) is not None}
            if not changed or await self._store.replace_all(tuple(changed.values())):
                return known, changed
        raise Unavailable("database", "other writers were always first")


def _check_runs_the_shop(actor: Actor) -> None:
    if not actor.runs_the_shop:
        raise Forbidden


def _problems(ids: Sequence[str], known: Letters) -> tuple[Problem, ...]:
    found = (problem_with(known.get(letter_id), index) for index, letter_id in enumerate(ids))
    return tuple(problem for problem in found if problem is not None)


def _of_one_answer(letters: Sequence[DeadLetter]) -> tuple[str, ...]:
    """The ids of the first letter, and of as many more as fit."""
    totals = accumulate(letter.size for letter in letters)
    return tuple(
        letter.id
        for index, (letter, total) in enumerate(zip(letters, totals, strict=True))
        if index == 0 or total <= LARGEST_ANSWER
    )


def _content(stored: StoredLetter) -> LetterContent:
    record = stored.record
    return LetterContent(
        id=stored.letter.id,
        payload=text_of(record.value or b""),
        headers=tuple(
            TextHeader(name=name, value=None if value is None else text_of(value)) for name, value in record.headers
        ),
    )
