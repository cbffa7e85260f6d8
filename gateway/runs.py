"""The order in which runs of workflows are listed, and their cursors. Knows no engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.ports import RunPage, RunQuery, WorkflowView
from services.shared import pages
from services.shared.errors import Invalid
from services.shared.pages import decode_cursor, encode_cursor

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LATEST: Final = 2**63 // 1000
"""In microseconds: engines count nanoseconds in 64 bits."""


@dataclass(frozen=True, slots=True, order=True)
class RunPosition:
    """A place in the list of runs, which is sorted by both, newest first."""

    started_at: datetime
    run_id: str


def run_position(run: WorkflowView) -> RunPosition:
    """Where a run stands."""
    return RunPosition(run.started_at, run.run_id)


def position_of(cursor: str) -> RunPosition:
    """The place that a cursor names. Raises Invalid at `after` when it is none."""
    moment, run_id = decode_cursor(cursor, int, str)
    if not 0 <= int(moment) < LATEST:
        raise Invalid("not a cursor of this list", ("after",))
    return RunPosition(EPOCH + int(moment) * MICROSECOND, str(run_id))


def page_of(runs: Sequence[WorkflowView], query: RunQuery) -> RunPage:
    """The page, from all runs that could be on it, in any order, and at least one more where there is one."""
    after = None if query.after is None else position_of(query.after)
    behind = [run for run in runs if after is None or run_position(run) < after]
    behind.sort(key=run_position, reverse=True)
    return pages.page_of(behind, query, _cursor_of)


def _cursor_of(run: WorkflowView) -> str:
    return encode_cursor((run.started_at - EPOCH) // MICROSECOND, run.run_id)
