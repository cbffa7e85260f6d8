"""Searches Temporal's visibility for the runs that were started last. Knows its query language; builds it from nothing
that a client could have written freely.

Temporal lists by the end of runs, and only some of its stores can sort otherwise. So a span of time is looked for that
holds enough runs and not too many, and all of these are read; sorting them is for whoever asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import Client, WorkflowExecution

from gateway.ports import RunQuery, WorkflowStatus
from gateway.runs import MICROSECOND, position_of
from services.shared.clock import Clock

READ_AT_ONCE: Final = 250
"""Runs of a span; more than any page holds."""

TIES: Final = 20
"""Read beyond a page, for runs of the cursor's own moment that the page before has shown."""

FIRST_SPAN: Final = timedelta(minutes=1)
GROWTH: Final = 4
SHORTEST_SPAN: Final = timedelta(milliseconds=1)

NAMES: Final = {
    WorkflowStatus.RUNNING: "Running",
    WorkflowStatus.COMPLETED: "Completed",
    WorkflowStatus.FAILED: "Failed",
    WorkflowStatus.CANCELED: "Canceled",
    WorkflowStatus.TERMINATED: "Terminated",
    WorkflowStatus.TIMED_OUT: "TimedOut",
    WorkflowStatus.CONTINUED_AS_NEW: "ContinuedAsNew",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched: conditions, and the moment after which no wanted run was started (None: there is none)."""

    conditions: tuple[str, ...]
    ceiling: datetime | None

    @staticmethod
    def by(query: RunQuery) -> "Wanted":
        """Raises Invalid at `after`."""
        conditions = []
        if query.type is not None:
            conditions.append(f"WorkflowType = '{query.type}'")
        if query.status is not None:
            conditions.append(f"ExecutionStatus = '{NAMES[query.status]}'")
        # The engine counts in nanoseconds, its client cuts to microseconds.
        ceiling = None if query.after is None else position_of(query.after).started_at + MICROSECOND
        return Wanted(tuple(conditions), ceiling)

    def since(self, floor: datetime | None) -> str:
        """The query for those that were started from `floor` on."""
        conditions = [*self.conditions]
        if self.ceiling is not None:
            conditions.append(f"StartTime <= '{self.ceiling.isoformat()}'")
        if floor is not None:
            conditions.append(f"StartTime >= '{floor.isoformat()}'")
        return " AND ".join(conditions)


class Search:
    """Finds runs; every call of the engine takes at most `limit`."""

    def __init__(self, client: Client, clock: Clock, limit: timedelta) -> None:
        self._client = client
        self._clock = clock
        self._limit = limit

    async def newest(self, query: RunQuery) -> list[WorkflowExecution]:
        """All that could be on the page, and at least one more where there is one, in any order."""
        wanted = Wanted.by(query)
        floor = await self._floor(wanted, query.first)
        runs = self._client.list_workflows(wanted.since(floor), page_size=READ_AT_ONCE, rpc_timeout=self._limit)
        return [run async for run in runs]

    async def _floor(self, wanted: Wanted, first: int) -> datetime | None:
        """From when on there are more than a page of them but not too many; None: from the beginning."""
        if await self._count(wanted, None) <= READ_AT_ONCE:
            return None
        top, enough = wanted.ceiling or self._clock.now(), first + TIES
        short, long = timedelta(0), FIRST_SPAN
        while (count := await self._count(wanted, top - long)) <= enough:
            short, long = long, long * GROWTH
        while count > READ_AT_ONCE and long - short > SHORTEST_SPAN:
            middle = (short + long) / 2
            found = await self._count(wanted, top - middle)
            if found <= enough:
                short = middle
            else:
                long, count = middle, found
        return top - long

    async def _count(self, wanted: Wanted, floor: datetime | None) -> int:
        return (await self._client.count_workflows(wanted.since(floor), rpc_timeout=self._limit)).count
