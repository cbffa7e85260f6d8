"""Dead letters for another process: their face to OPS over internal HTTP. Adds no rule."""

from collections.abc import Sequence

from services.deadletters.models import (
    DeadLetter,
    Discarded,
    DiscardLetters,
    LetterContent,
    LetterFilter,
    LetterGroup,
    LetterPage,
    LetterQuery,
    Selection,
    Snapshot,
)
from services.infra.http import Caller
from services.shared.actors import Actor


class DeadLettersClient:
    """The face `DeadLetters`, answered by the dead letters' service. Raises what it raises, and Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list_letters(self, query: LetterQuery, actor: Actor) -> LetterPage:
        """See `DeadLetters.list_letters`."""
        page: LetterPage = await self._caller.call("list_letters", query=query, actor=actor)
        return page

    async def count_letters(self, wanted: LetterFilter, actor: Actor) -> int:
        """See `DeadLetters.count_letters`."""
        count: int = await self._caller.call("count_letters", wanted=wanted, actor=actor)
        return count

    async def group_letters(self, wanted: LetterFilter, actor: Actor) -> tuple[LetterGroup, ...]:
        """See `DeadLetters.group_letters`."""
        groups: tuple[LetterGroup, ...] = await self._caller.call("group_letters", wanted=wanted, actor=actor)
        return groups

    async def letters_by_id(self, ids: Sequence[str], actor: Actor) -> tuple[DeadLetter, ...]:
        """See `DeadLetters.letters_by_id`."""
        letters: tuple[DeadLetter, ...] = await self._caller.call("letters_by_id", ids=ids, actor=actor)
        return letters

    async def contents_of(self, ids: Sequence[str], actor: Actor) -> tuple[LetterContent, ...]:
        """See `DeadLetters.contents_of`."""
        contents: tuple[LetterContent, ...] = await self._caller.call("contents_of", ids=ids, actor=actor)
        return contents

    async def survey(self, selection: Selection, actor: Actor) -> Snapshot:
        """See `DeadLetters.survey`."""
        snapshot: Snapshot = await self._caller.call("survey", selection=selection, actor=actor)
        return snapshot

    async def discard(self, command: DiscardLetters, actor: Actor) -> Discarded:
        """See `DeadLetters.discard`."""
        discarded: Discarded = await self._caller.call("discard", command=command, actor=actor)
        return discarded
