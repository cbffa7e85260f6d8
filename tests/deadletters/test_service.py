"""What OPS may ask of the dead letters, and how letters move on. On the store in memory."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

import pytest

from services.deadletters.memory import MemoryDeadLetterStore
from services.deadletters.models import (
    MOST_IDS,
    DeadLetter,
    DiscardLetters,
    LetterFilter,
    LetterQuery,
    LetterStatus,
    RecordReplays,
    ReplayResult,
    Selection,
)
from services.deadletters.ports import DeadLetters
from services.deadletters.service import LARGEST_ANSWER, DeadLetterService
from services.shared.errors import Forbidden, Invalid
from services.shared.replays import Verdict
from tests.deadletters.makers import CONSUMER, found, headers
from tests.support.doubles import CountingIds, StandingClock
from tests.support.identity import OPS, OWNER

Path: TypeAlias = tuple[str, ...] | None


class Desk:
    """The service with some letters taken in: `ids`, oldest first."""

    def __init__(self) -> None:
        self.store = MemoryDeadLetterStore()
        self.clock = StandingClock()
        self.service = DeadLetterService(self.store, self.clock, CountingIds())
        self.ids: list[str] = []

    async def take_in(self, count: int) -> None:
        await self.service.take_in([found(offset) for offset in range(count)])
        page = await self.service.list_letters(LetterQuery(first=100), OPS)
        self.ids = [edge.node.id for edge in reversed(page.edges)]

    async def letter(self, index: int = 0) -> DeadLetter:
        return (await self.store.by_ids([self.ids[index]]))[0]

    async def replay(
        self, redrive_id: str, verdict: Verdict, *indexes: int, reason: str = ""
    ) -> tuple[DeadLetter, ...]:
        failed = verdict is Verdict.FAILED
        results = tuple(
            ReplayResult(
                letter_id=self.ids[index],
                verdict=verdict,
                error_type="builtins.ValueError" if failed else "",
                error_message=f"still no shelf '{index}'" if failed else "",
            )
            for index in indexes or (0,)
        )
        command = RecordReplays(redrive_id=redrive_id, actor_id="ops", results=results, reason=reason)
        return await self.service.record_replays(command)

    async def discard(
        self, *ids: str, reason: str = "a test's"
    ) -> tuple[int, list[tuple[str, tuple[str, ...] | None]]]:
        done = await self.service.discard(DiscardLetters(ids=ids, reason=reason), OPS)
        return done.count, [(problem.code, problem.path) for problem in done.problems]


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.take_in(3)
    return desk


async def test_nobody_but_ops_is_answered(desk: Desk) -> None:
    face: DeadLetters = desk.service
    asked = (
        face.list_letters(LetterQuery(), OWNER),
        face.count_letters(LetterFilter(), OWNER),
        face.group_letters(LetterFilter(), OWNER),
        face.letters_by_id(desk.ids, OWNER),
        face.contents_of(desk.ids, OWNER),
        face.survey(Selection(ids=tuple(desk.ids)), OWNER),
        face.discard(DiscardLetters(ids=tuple(desk.ids), reason="no"), OWNER),
    )
    assert {type(answer) for answer in await asyncio.gather(*asked, return_exceptions=True)} == {Forbidden}
    assert (await desk.letter()).status is LetterStatus.PARKED


async def test_pages_lead_through_all_letters(desk: Desk) -> None:
    first = await desk.service.list_letters(LetterQuery(first=2), OPS)
    assert (first.has_next, first.has_previous) == (True, False)
    rest = await desk.service.list_letters(LetterQuery(first=2, after=first.edges[-1].cursor), OPS)
    assert (rest.has_next, rest.has_previous) == (False, True)
    assert [edge.node.id for edge in (*first.edges, *rest.edges)] == desk.ids[::-1]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (LetterQuery(first=0), ("first",)),
        (LetterQuery(after="nonsense"), ("after",)),
        (LetterQuery(wanted=LetterFilter(event_type="x" * 251)), ("filter", "eventType")),
        (LetterQuery(wanted=LetterFilter(consumer="\x00")), ("filter", "consumer")),
    ],
)
async def test_a_page_that_cannot_be_is_refused_with_the_place(
    desk: Desk, query: LetterQuery, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.service.list_letters(query, OPS)
    assert refused.value.problems[0].path == path


async def test_contents_are_told_as_text_with_the_original_headers(desk: Desk) -> None:
    (content,) = await desk.service.contents_of(desk.ids[:1], OPS)
    assert content.payload == '{"sku": "ink"}'
    assert ("ce_id", "event-0") in {(header.name, header.value) for header in content.headers}
    assert not [header for header in content.headers if header.name.startswith("dlq-")]


async def test_large_contents_come_in_several_answers() -> None:
    desk = Desk()
    large = b"x" * (LARGEST_ANSWER // 2)
    await desk.service.take_in([found(offset, value=large) for offset in range(3)])
    await desk.take_in(3)
    missing, answers = list(desk.ids), 0
    while missing:
        contents = await desk.service.contents_of(missing, OPS)
        assert contents
        missing = [each for each in missing if each not in {content.id for content in contents}]
        answers += 1
    assert answers == 3


async def test_a_discarded_letter_tells_who_and_why(desk: Desk) -> None:
    assert await desk.discard(desk.ids[0], reason="a test order") == (1, [])
    letter = await desk.letter()
    assert (letter.status, letter.note) == (LetterStatus.DISCARDED, "ops: a test order")
    assert letter.handled_at == desk.clock.now()


async def test_of_letters_to_discard_those_that_are_open_are_discarded(desk: Desk) -> None:
    await desk.replay("r1", Verdict.APPLIED, 1)
    assert await desk.discard(desk.ids[0], "nobody", desk.ids[1], desk.ids[2]) == (
        2,
        [("NOT_FOUND", ("ids", "1")), ("ALREADY_HANDLED", ("ids", "2"))],
    )
    assert await desk.discard(desk.ids[0]) == (0, [("ALREADY_HANDLED", ("ids", "0"))])


@pytest.mark.parametrize(
    ("ids", "reason", "path"),
    [((), "why", ("ids",)), (("a",), " ", ("reason",)), (("a", "\x00"), "why", ("ids", "1"))],
)
async def test_a_discard_that_cannot_be_is_refused(
    desk: Desk, ids: tuple[str, ...], reason: str, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.discard(*ids, reason=reason)
    assert refused.value.problems[0].path == path


@pytest.mark.parametrize("verdict", [Verdict.APPLIED, Verdict.DUPLICATE, Verdict.SUPERSEDED])
async def test_what_had_its_effect_now_or_before_is_replayed(desk: Desk, verdict: Verdict) -> None:
    (letter,) = await desk.replay("r1", verdict)
    assert letter == await desk.letter()
    assert (letter.status, letter.replays, letter.handled_at) == (LetterStatus.REPLAYED, 1, desk.clock.now())
    assert [(each.redrive_id, each.actor_id, each.verdict) for each in letter.history] == [("r1", "ops", verdict)]


async def test_a_replayed_letter_tells_who_when_and_why(desk: Desk) -> None:
    for number, reason in enumerate(("the shelf is back", "")):
        await desk.replay(f"r{number}", Verdict.FAILED, reason=reason)
    told = [(each.actor_id, each.at, each.reason) for each in (await desk.letter()).history]
    assert told == [("ops", desk.clock.now(), "the shelf is back"), ("ops", desk.clock.now(), "")]


async def test_what_fails_a_third_time_is_quarantined(desk: Desk) -> None:
    states = [(await desk.replay(f"r{number}", Verdict.FAILED))[0].status for number in range(4)]
    assert states == [LetterStatus.PARKED, LetterStatus.PARKED, *[LetterStatus.QUARANTINED] * 2]
    letter = await desk.letter()
    assert (letter.replays, len(letter.history)) == (4, 4)
    assert (letter.error_type, letter.error_message) == ("builtins.ValueError", "still no shelf '0'")
    assert letter.last_failed_at == desk.clock.now()


async def test_a_replay_that_is_told_twice_counts_once(desk: Desk) -> None:
    first = await desk.replay("r1", Verdict.FAILED, 0, 1)
    assert await desk.replay("r1", Verdict.FAILED, 0, 1) == first
    assert [letter.replays for letter in first] == [1, 1]


async def test_replays_of_unknown_letters_are_passed_over(desk: Desk) -> None:
    results = (ReplayResult(letter_id="nobody", verdict=Verdict.APPLIED),)
    command = RecordReplays(redrive_id="r1", actor_id="ops", results=results)
    assert await desk.service.record_replays(command) == ()


async def test_a_letter_discarded_meanwhile_stays_so_unless_it_had_its_effect(desk: Desk) -> None:
    await desk.discard(*desk.ids)
    (failed,) = await desk.replay("r1", Verdict.FAILED, 0)
    (applied,) = await desk.replay("r1", Verdict.APPLIED, 1)
    assert (failed.status, failed.replays) == (LetterStatus.DISCARDED, 1)
    assert applied.status is LetterStatus.REPLAYED


async def test_writers_at_once_lose_nothing(desk: Desk) -> None:
    await asyncio.gather(*(desk.replay(f"r{number}", Verdict.FAILED, 0, 1, 2) for number in range(2)))
    assert [(await desk.letter(index)).replays for index in range(3)] == [2, 2, 2]


async def walked(desk: Desk, selection: Selection, until: str) -> Sequence[str]:
    """The ids that a redrive meets, two at a time."""
    met: list[str] = []
    after = ""
    while candidates := await desk.service.next_candidates(selection, after, until, 2):
        met += [candidate.id for candidate in candidates]
        after = candidates[-1].place
        await desk.replay("walk", Verdict.FAILED, *[desk.ids.index(candidate.id) for candidate in candidates])
    return met


async def test_a_redrive_meets_each_letter_once_and_none_that_came_later(desk: Desk) -> None:
    selection = Selection(wanted=LetterFilter(consumer=CONSUMER))
    snapshot = await desk.service.snapshot(selection)
    known = list(desk.ids)
    await desk.take_in(5)
    assert snapshot.count == 3
    assert await walked(desk, selection, snapshot.until) == known


async def test_a_redrive_of_ids_says_which_it_cannot_take(desk: Desk) -> None:
    await desk.discard(desk.ids[1])
    selection = Selection(ids=(desk.ids[2], "nobody", desk.ids[1]))
    snapshot = await desk.service.survey(selection, OPS)
    assert snapshot.count == 1
    assert [(problem.code, problem.path) for problem in snapshot.problems] == [
        ("NOT_FOUND", ("ids", "1")),
        ("ALREADY_HANDLED", ("ids", "2")),
    ]
    assert await walked(desk, selection, snapshot.until) == [desk.ids[2]]


async def test_quarantined_letters_are_replayed_only_where_they_are_asked_for(desk: Desk) -> None:
    for number in range(3):
        await desk.replay(f"r{number}", Verdict.FAILED)
    until = (await desk.service.snapshot(Selection(wanted=LetterFilter(status=None)))).until
    assert await walked(desk, Selection(wanted=LetterFilter(status=None)), until) == desk.ids[1:]
    asked = Selection(wanted=LetterFilter(status=LetterStatus.QUARANTINED))
    assert await walked(desk, asked, until) == desk.ids[:1]


@pytest.mark.parametrize(
    ("selection", "path"),
    [
        (Selection(), ("ids",)),
        (Selection(ids=("a",), wanted=LetterFilter()), ("ids",)),
        (Selection(ids=()), ("ids",)),
        (Selection(ids=("a",) * (MOST_IDS + 1)), ("ids",)),
        (Selection(wanted=LetterFilter(status=LetterStatus.DISCARDED)), ("filter", "status")),
        (Selection(wanted=LetterFilter(topic="")), ("filter", "topic")),
    ],
)
async def test_a_selection_that_cannot_be_is_refused(desk: Desk, selection: Selection, path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.service.snapshot(selection)
    assert refused.value.problems[0].path == path


async def test_records_that_come_together_twice_are_one_letter() -> None:
    desk = Desk()
    assert await desk.service.take_in([found(1), found(1), found(2, headers=headers(2))]) == 2
