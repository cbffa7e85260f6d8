"""How many records a redrive takes at once: they go through its history, which takes no more than 2 MB at a time."""

from dataclasses import replace

from activities.deadletters import LARGEST, MOST_BYTES, DeadLetterActivities, NextLetters, TakenLetters
from services.deadletters.models import LetterFilter, Selection
from services.shared.dead_letters import DeadLetterHeader
from tests.redrive.letters import Letters

ALL = Selection(wanted=LetterFilter())


async def taken(letters: Letters, after: str = "", limit: int = 10) -> TakenLetters:
    steps = DeadLetterActivities(letters.service, {"stock-notes": "catalog"})
    return await steps.next_letters(NextLetters(selection=ALL, after=after, until="place-999999", limit=limit))


async def test_large_records_are_taken_a_few_at_a_time_and_none_is_left_out() -> None:
    letters = Letters()
    await letters.park("stock-notes", "e1", "e2", "e3", size=MOST_BYTES // 2)
    await letters.park("stock-notes", "huge", size=2 * MOST_BYTES)
    counts, after, more = [], "", True
    while more:
        batch = await taken(letters, after)
        counts.append(len(batch.records))
        after, more = batch.after, batch.more
    assert counts == [1, 1, 1, 1]


async def test_one_that_is_too_large_to_travel_comes_without_its_content() -> None:
    letters = Letters()
    await letters.park("stock-notes", "e1", "huge", size=LARGEST)
    first, second = (await taken(letters)).records[0], (await taken(letters, "place-000001")).records[0]
    for each in (first, second):
        assert (each.is_too_large, each.service, each.value, each.headers) == (True, "", None, ())
    await letters.park("stock-notes", "e2")
    (last,) = (await taken(letters, "place-000002")).records
    assert (last.is_too_large, last.service) == (False, "catalog")


async def test_one_whose_letter_is_without_its_content_is_as_one_that_is_too_large() -> None:
    letters = Letters()
    whole = letters._found("stock-notes", "e1", "e1", 1, 0)
    size = (DeadLetterHeader.ORIGINAL_SIZE.value, b"900000")
    await letters.service.take_in([replace(whole, value=None, headers=(*whole.headers, size))])
    (record,) = (await taken(letters)).records
    assert (record.is_too_large, record.service) == (True, "")


async def test_small_ones_are_taken_together_up_to_the_limit() -> None:
    letters = Letters()
    await letters.park("stock-notes", "e1", "e2")
    await letters.park("nobody", "e3")
    assert [each.service for each in (await taken(letters)).records] == ["catalog", "catalog", ""]
    first = await taken(letters, limit=2)
    assert (len(first.records), first.more) == (2, True)
    assert not (await taken(letters, first.after, limit=2)).more
