"""The steps of a redrive at a consumer: apply dead letters again, or say what that would do. No rule here.

Records travel as base64: their bytes may be anything.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from temporalio import activity

from services.shared.errors import Unavailable
from services.shared.replays import Applier, Failure, RawRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedHeader:
    """A header of a parked record."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRecord:
    """A dead letter's record on its way to the consumer that gave up.

    Attributes:
        service: whose process runs the consumer; empty when nobody's does any more, or nobody is to have it.
        is_too_large: it cannot travel, and comes without its content.
        replays: of the letter so far; None from a process that does not tell it yet.
    """

    letter_id: str
    consumer: str
    service: str
    topic: str
    key: str | None = field(repr=False)
    value: str | None = field(repr=False)
    headers: tuple[ParkedHeader, ...] = field(repr=False)
    is_too_large: bool = False
    replays: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRecords:
    """Records of consumers of one service, in the order in which they are to be applied."""

    records: tuple[ParkedRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterVerdict:
    """What came of one letter, or would come of it.

    Attributes:
        verdict: a Verdict where it was applied, a Prospect where it was only asked about.
        error_type: empty unless it failed, as is `error_message`.
    """

    letter_id: str
    verdict: str
    error_type: str = ""
    error_message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterVerdicts:
    """One for each record, in their order."""

    letters: tuple[LetterVerdict, ...]


class ReplayActivities:
    """What redrives ask of a service's consumers; runs on the queue of each service that has some.

    Args:
        appliers: by the name of the consumer.
    """

    def __init__(self, appliers: Mapping[str, Applier]) -> None:
        self._appliers = appliers

    @activity.defn(name="replays.apply")
    async def apply(self, wish: ParkedRecords) -> LetterVerdicts:
        """Applies them in order. Begun anew after a crash it changes nothing twice: the consumers' inboxes know."""
        letters = []
        for each in wish.records:
            done = await self._applier(each).apply(_raw(each))
            letters.append(_told(each, done.verdict, done.failure))
        return LetterVerdicts(letters=tuple(letters))

    @activity.defn(name="replays.preview")
    async def preview(self, wish: ParkedRecords) -> LetterVerdicts:
        """Says of each what applying it now would do."""
        letters = []
        for each in wish.records:
            seen = await self._applier(each).preview(_raw(each))
            letters.append(_told(each, seen.prospect, seen.failure))
        return LetterVerdicts(letters=tuple(letters))

    def _applier(self, record: ParkedRecord) -> Applier:
        try:
            return self._appliers[record.consumer]
        except KeyError:
            # Another release runs beside this one: the process that knows the consumer takes the next attempt.
            raise Unavailable(record.consumer, "does not run in this process") from None


def text_of_bytes(value: bytes | None) -> str | None:
    """As records travel."""
    return None if value is None else base64.b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _raw(parked: ParkedRecord) -> RawRecord:
    return RawRecord(
        topic=parked.topic,
        key=_bytes(parked.key),
        value=_bytes(parked.value),
        headers=tuple((each.name, _bytes(each.value)) for each in parked.headers),
    )


def _told(record: ParkedRecord, verdict: str, failure: Failure | None) -> LetterVerdict:
    return LetterVerdict(
        letter_id=record.letter_id,
        verdict=verdict,
        error_type=failure.exception_class if failure else "",
        error_message=failure.message if failure else "",
    )
