"""The order in which a backlog is published: by age, and within an aggregate by sequence. Reads and sends nothing."""

from collections.abc import AsyncIterator, Sequence

from services.infra.outbox.events import Aggregate, Row, aggregate_of


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
