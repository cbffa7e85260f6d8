"""The steps of a redrive at the store of dead letters. No rule here but how much travels at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from temporalio import activity

from activities.replays import ParkedHeader, ParkedRecord, text_of_bytes
from services.deadletters.models import Candidate, LetterStatus, RecordReplays, Selection, Snapshot, StoredLetter
from services.deadletters.ports import Redrivable

MOST_BYTES: Final = 512 * 1024
"""Of records that travel at once, unless a single one is larger: they go through the workflow's history, as text."""

LARGEST: Final = 1280 * 1024
"""Of a single one, likewise: the engine takes 2 MiB, and as text it is a third longer. No event is as large."""

LARGEST_EMPTY: Final = 64 * 1024
"""Of one without a value: what is larger was, and its letter is without its content (`dlq-original-size`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLetters:
    """The wish for the open letters of a selection behind the place `after`, up to and with `until`."""

    selection: Selection
    after: str
    until: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLetters:
    """Letters with their records, oldest first.

    Attributes:
        after: the place that the next ones are behind.
        more: whether there may be more.
    """

    records: tuple[ParkedRecord, ...]
    after: str
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReplays:
    """How many of the letters are set aside now, since they failed too often."""

    quarantined: int


class DeadLetterActivities:
    """What redrives ask of the dead letters; runs on queue `deadletters`.

    Args:
        letters: the store's face.
        homes: the service that runs each consumer.
    """

    def __init__(self, letters: Redrivable, homes: Mapping[str, str]) -> None:
        self._letters = letters
        self._homes = homes

    @activity.defn(name="deadletters.snapshot")
    async def snapshot(self, selection: Selection) -> Snapshot:
        """What there is to replay now. Refuses with INVALID."""
        return await self._letters.snapshot(selection)

    @activity.defn(name="deadletters.next_letters")
    async def next_letters(self, wish: NextLetters) -> TakenLetters:
        """The next letters with their records. Refuses with INVALID."""
        found = await self._letters.next_candidates(wish.selection, wish.after, wish.until, wish.limit)
        taken = _together(found)
        stored = {each.letter.id: each for each in await self._letters.raw_records([each.id for each in taken])}
        return TakenLetters(
            records=tuple(self._parked(each, stored[each.id]) for each in taken if each.id in stored),
            after=taken[-1].place if taken else wish.after,
            more=len(taken) < len(found) or len(found) == wish.limit,
        )

    @activity.defn(name="deadletters.record_replays")
    async def record_replays(self, command: RecordReplays) -> RecordedReplays:
        """Keeps how the replays went, once a redrive and letter."""
        letters = await self._letters.record_replays(command)
        return RecordedReplays(quarantined=sum(letter.status is LetterStatus.QUARANTINED for letter in letters))

    def _parked(self, candidate: Candidate, stored: StoredLetter) -> ParkedRecord:
        if candidate.size > (LARGEST if stored.record.value is not None else LARGEST_EMPTY):
            return ParkedRecord(
                letter_id=candidate.id, consumer=candidate.consumer, service="", topic=candidate.topic,
                key=None, value=None, headers=(), is_too_large=True, replays=candidate.replays,
            )  # fmt: skip
        record = stored.record
        return ParkedRecord(
            letter_id=candidate.id,
            consumer=candidate.consumer,
            service=self._homes.get(candidate.consumer, ""),
            topic=record.topic,
            key=text_of_bytes(record.key),
            value=text_of_bytes(record.value),
            headers=tuple(ParkedHeader(name=name, value=text_of_bytes(value)) for name, value in record.headers),
            replays=candidate.replays,
        )


def _together(found: Sequence[Candidate]) -> Sequence[Candidate]:
    """As many from the beginning as may travel together; the first one always."""
    size = 0
    for index, each in enumerate(found):
        size += each.size
        if index and size > MOST_BYTES:
            return found[:index]
    return found
