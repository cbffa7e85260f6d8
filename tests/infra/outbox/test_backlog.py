"""The portions in which a backlog is read, and the order in which it is published."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from services.infra.outbox.backlog import MOST_OF_A_SPAN, Spans, in_order
from services.infra.outbox.events import Row
from services.shared.ids import SortableIds, first_id_of
from tests.infra.test_outbox import NOON, event


async def published(*batches: str) -> list[str]:
    """What comes of batches such as "a1 b1", where a1 is the first event of a, in the order of their ids."""

    async def found() -> AsyncIterator[Sequence[Row]]:
        for batch in batches:
            yield [Row(id=word, event=event(word, word[0], int(word[1:]))) for word in batch.split()]

    return [" ".join(row.id for row in rows) async for rows in in_order(found())]


async def test_batches_stay_as_they_are_while_clocks_agree() -> None:
    assert await published("a1 b1", "a2 b2", "a3") == ["a1 b1", "a2 b2", "a3"]
    assert await published() == []


async def test_an_event_whose_id_is_too_young_comes_before_its_followers() -> None:
    assert await published("a2 b1 a1") == ["b1 a1 a2"]
    assert await published("a2 b1", "c1 a1 b2", "a3") == ["b1 a1 a2", "c1 b2", "a3"]
    assert await published("a3 b1", "a1 a2", "b2") == ["b1 a1 a2 a3", "b2"]


async def test_what_is_no_event_keeps_nothing_up() -> None:
    async def found() -> AsyncIterator[Sequence[Row]]:
        yield [Row(id="odd", event=None), Row(id="a1", event=event("a1", "a", 1))]

    assert [[row.id for row in rows] async for rows in in_order(found())] == [["odd", "a1"]]


def bounds(start: datetime, end: datetime, held: Sequence[int]) -> list[tuple[str, str]]:
    """The bounds of all portions, of which the first ones hold so many rows."""
    spans, found = Spans(start, end), []
    for number, wanted in enumerate(spans):
        found.append((wanted["_id"].get("$gte", ""), wanted["_id"].get("$lt", "end")))
        spans.held(held[number] if number < len(held) else 0)
    return found


def test_portions_leave_nothing_out_and_overlap_nowhere() -> None:
    found = bounds(NOON, NOON + timedelta(hours=1), [0, 5000, 700, 0, 10])
    assert (found[0][0], found[-1][1]) == ("", "end")
    assert [upper for _, upper in found[:-1]] == [lower for lower, _ in found[1:]]
    assert sorted(upper for _, upper in found[:-1]) == [upper for _, upper in found[:-1]]
    assert found[0][1] == first_id_of(NOON)
    assert found[-1][0] == first_id_of(NOON + timedelta(hours=1))


def test_a_year_without_events_takes_few_portions_and_a_crowd_many() -> None:
    assert len(bounds(NOON, NOON + timedelta(days=365), [])) < 600
    assert len(bounds(NOON, NOON + timedelta(minutes=10), [])) < 20
    assert len(bounds(NOON, NOON + timedelta(seconds=4), [MOST_OF_A_SPAN + 1] * 1000)) > 100


def test_without_times_it_is_one_portion() -> None:
    assert list(Spans()) == [{}]


def test_ids_are_on_the_side_of_a_moment_on_which_they_were_made() -> None:
    now = datetime.now(UTC)
    assert first_id_of(now - timedelta(seconds=1)) < SortableIds().new() < first_id_of(now + timedelta(seconds=10))
