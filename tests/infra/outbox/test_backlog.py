"""The order in which a backlog is published."""

from collections.abc import AsyncIterator, Sequence

from services.infra.outbox.backlog import in_order
from services.infra.outbox.events import Row
from tests.infra.test_outbox import event


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
