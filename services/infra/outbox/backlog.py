"""In which portions a backlog is read, and in which order it is published. Reads and sends nothing."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from services.infra.outbox.events import Aggregate, Row, aggregate_of
from services.shared.ids import first_id_of

FIRST_SPAN: Final = timedelta(seconds=1)
SHORTEST_SPAN: Final = timedelta(milliseconds=10)
SPANS_LEFT: Final = 50
"""No span is longer than this part of the time that is left, or than a minute, whichever is longer."""

A_MINUTE: Final = timedelta(minutes=1)
MOST_OF_A_SPAN: Final = 2000
FEWEST_OF_A_SPAN: Final = 500
"""Rows: with more of them the next span is half as long, with fewer twice, with none four times."""


class Spans:
    """Conditions on `_id` that leave out nothing: what is older than `start`, spans of time up to `end`, the rest.

    A server may read all that a query matches before it answers with the first of it; so a backlog is asked for in
    portions, of about the same number of rows. Without times it is one portion.
    """

    def __init__(self, start: datetime | None = None, end: datetime | None = None) -> None:
        self._start = start
        self._end = end
        self._held = 0

    def held(self, count: int) -> None:
        """So many more rows were in the present span."""
        self._held += count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self._start is None or self._end is None:
            yield {}
            return
        upper, span = self._start, FIRST_SPAN
        yield {"_id": {"$lt": first_id_of(upper)}}
        while upper < self._end:
            self._held, lower = 0, upper
            upper = min(lower + span, self._end)
            yield {"_id": {"$gte": first_id_of(lower), "$lt": first_id_of(upper)}}
            # Into a crowd after a quiet time it must not jump with both feet.
            longest = max((self._end - upper) / SPANS_LEFT, A_MINUTE)
            span = max(min(span * self._factor(), longest), SHORTEST_SPAN)
        yield {"_id": {"$gte": first_id_of(upper)}}

    def _factor(self) -> float:
        if self._held == 0:
            return 4
        return 2 if self._held < FEWEST_OF_A_SPAN else 0.5 if self._held > MOST_OF_A_SPAN else 1


async def in_order(batches: AsyncIterator[Sequence[Row]]) -> AsyncIterator[Sequence[Row]]:
    """The rows of all batches, each aggregate's in the order of its sequence.

    They come by their ids, which processes make whose clocks differ. So each batch takes from the next one what belongs
    before something of its own: that bears clocks which differ by less than a batch takes to come about.
    """
    held: Sequence[Row] = ()
    async for batch in batches:
        last = _last_sequences(held)
        if held:
            yield _sorted([*held, *(row for row in batch if _is_before(row, last))])
        held = [row for row in batch if not _is_before(row, last)]
    if held:
        yield _sorted(held)


def _last_sequences(rows: Sequence[Row]) -> dict[Aggregate, int]:
    last: dict[Aggregate, int] = {}
    for row in rows:
        if row.event is not None:
            aggregate = aggregate_of(row.event)
            last[aggregate] = max(row.event.sequence, last.get(aggregate, 0))
    return last


def _is_before(row: Row, last: dict[Aggregate, int]) -> bool:
    return row.event is not None and row.event.sequence < last.get(aggregate_of(row.event), 0)


def _sorted(rows: Sequence[Row]) -> Sequence[Row]:
    return sorted(rows, key=lambda row: row.event.sequence if row.event is not None else 0)
