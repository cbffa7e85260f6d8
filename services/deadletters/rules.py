"""The rules of letters: what may be asked for, what becomes of one that is replayed or discarded. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.deadletters.errors import AlreadyHandled
from services.deadletters.models import (
    MOST_HISTORY,
    MOST_IDS,
    MOST_REPLAYS,
    OPEN,
    Candidate,
    DeadLetter,
    LetterFilter,
    LetterQuery,
    LetterStatus,
    Replay,
    ReplayResult,
    Selection,
)
from services.deadletters.texts import fingerprint_of, shortened
from services.shared.errors import Invalid, NotFound, Problem
from services.shared.pages import checked_page_size, decode_cursor, encode_cursor
from services.shared.replays import Verdict
from services.shared.text import checked_label, checked_text

LONGEST: Final = 250
LONGEST_REASON: Final = 500
LONGEST_DETAIL: Final = 500


def checked_filter(wanted: LetterFilter) -> LetterFilter:
    """Raises Invalid at the filter's field that can match nothing."""
    for name, value in (
        ("topic", wanted.topic),
        ("consumer", wanted.consumer),
        ("eventType", wanted.event_type),
        ("errorType", wanted.error_type),
        ("fingerprint", wanted.fingerprint),
    ):
        if value is not None:
            checked_text(value, ("filter", name), most=LONGEST)
    return wanted


def checked_query(query: LetterQuery) -> LetterQuery:
    """Raises Invalid for a page size, cursor or filter that cannot be."""
    checked_page_size(query.first)
    place_before(query)
    checked_filter(query.wanted)
    return query


def checked_ids(ids: Sequence[str]) -> tuple[str, ...]:
    """Raises Invalid at `ids` for too many, at the one that can be no id."""
    if len(ids) > MOST_IDS:
        raise Invalid(f"must be at most {MOST_IDS} ids", ("ids",))
    return tuple(checked_text(each, ("ids", str(index)), most=LONGEST) for index, each in enumerate(ids))


def checked_reason(reason: str) -> str:
    """Raises Invalid at `reason`."""
    return checked_label(reason, ("reason",), most=LONGEST_REASON, lines=True)


def checked_selection(selection: Selection) -> Selection:
    """The selection without ids twice, its filter with a status that can be replayed. Raises Invalid."""
    if (selection.ids is None) == (selection.wanted is None):
        raise Invalid("give either ids or a filter", ("ids",))
    if selection.ids is not None:
        if not selection.ids:
            raise Invalid("must name at least one", ("ids",))
        return Selection(ids=tuple(dict.fromkeys(checked_ids(selection.ids))))
    wanted = checked_filter(selection.wanted or LetterFilter())
    status = wanted.status or LetterStatus.PARKED
    if status not in OPEN:
        raise Invalid("only what is PARKED or QUARANTINED can be replayed", ("filter", "status"))
    return Selection(wanted=replace(wanted, status=status))


def place_before(query: LetterQuery) -> str | None:
    """The place that the page's letters are older than. Raises Invalid at `after` for no cursor of this list."""
    return None if query.after is None else str(decode_cursor(query.after, str)[0])


def cursor_of(letter: DeadLetter) -> str:
    """Where the letter stands, as an opaque text."""
    return encode_cursor(letter.place)


def problem_with(letter: DeadLetter | None, index: int) -> Problem | None:
    """Why the letter named there can neither be replayed nor discarded; None where it can."""
    path = ("ids", str(index))
    if letter is None:
        return NotFound("no such dead letter", path).problems[0]
    if letter.status not in OPEN:
        return AlreadyHandled(f"it is {letter.status} already", path).problems[0]
    return None


def discarded(letter: DeadLetter, actor_id: str, reason: str, at: datetime) -> DeadLetter:
    """The letter, given up."""
    return replace(
        letter,
        status=LetterStatus.DISCARDED,
        note=f"{actor_id}: {reason}",
        handled_at=at,
        revision=letter.revision + 1,
    )


def replayed(letter: DeadLetter, replay: Replay, result: ReplayResult) -> DeadLetter:
    """The letter after one more replay. What was discarded meanwhile stays so, unless it had its effect.

    Three people who replay it at the same moment have tried once: a failure that began before another's was known is
    told, and does not count towards setting the letter aside.
    """
    overlaps = result.replays_before is not None and letter.replays > result.replays_before
    counts = result.verdict is not Verdict.FAILED or not overlaps
    told = replace(
        letter,
        replays=letter.replays + counts,
        history=(*letter.history, replay)[-MOST_HISTORY:],
        revision=letter.revision + 1,
    )
    if result.verdict is not Verdict.FAILED:
        return replace(told, status=LetterStatus.REPLAYED, handled_at=replay.at)
    if letter.status not in OPEN:
        return told
    spent = told.replays >= MOST_REPLAYS
    return replace(
        told,
        status=LetterStatus.QUARANTINED if spent else LetterStatus.PARKED,
        error_type=shortened(result.error_type, LONGEST) or letter.error_type,
        error_message=replay.detail,
        fingerprint=fingerprint_of(result.error_type or letter.error_type, replay.detail),
        last_failed_at=replay.at,
    )


def has_replay_of(letter: DeadLetter, redrive_id: str) -> bool:
    """Whether the redrive's replay of it is told already."""
    return any(replay.redrive_id == redrive_id for replay in letter.history)


def candidate_of(letter: DeadLetter) -> Candidate:
    """What a redrive must know of it."""
    return Candidate(
        id=letter.id,
        place=letter.place,
        consumer=letter.consumer,
        topic=letter.topic,
        event_type=letter.event_type,
        event_id=letter.event_id,
        found_at=letter.found_at,
        size=letter.size,
        replays=letter.replays,
    )
