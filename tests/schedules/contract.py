"""What every `Schedules` must do: one suite, run on the memory and on Temporal."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from gateway.schedules import Schedules, ScheduleView
from services.shared.errors import Conflict, NotFound
from workflows.names import SCHEDULES

SWEEP = "expire-reservations"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Port:
    """The port under test; `begin_run` has a run of a schedule under way that does not end by itself."""

    schedules: Schedules
    begin_run: Callable[[str], Awaitable[None]]

    async def one(self, schedule_id: str = SWEEP) -> ScheduleView:
        (found,) = [each for each in await self.schedules.all() if each.id == schedule_id]
        return found


class SchedulesContract(ABC):
    """The suite. A subclass gives the port; no schedule of it has run yet, none is paused."""

    @pytest.fixture
    @abstractmethod
    async def port(self) -> Port: ...

    async def test_all_are_listed_with_what_they_start_and_when(self, port: Port) -> None:
        assert tuple(each.id for each in await port.schedules.all()) == SCHEDULES
        weekly = await port.one("weekly-recommendations")
        assert (weekly.cadence, weekly.workflow_type) == ("every Monday at 09:00 UTC", "RecommendTrending")
        nightly = await port.one("refresh-recommendations")
        assert (nightly.cadence, nightly.workflow_type) == ("every day at 03:00 UTC", "RefreshRecommendations")
        sweep = await port.one()
        assert (sweep.cadence, sweep.workflow_type) == ("every 10 seconds", "ExpireReservations")
        assert (sweep.paused, sweep.note, sweep.last_run_at) == (False, None, None)
        assert sweep.next_run_at
        assert sweep.next_run_at > LONG_AGO

    async def test_a_pause_holds_the_next_run_up_until_it_is_taken_back(self, port: Port) -> None:
        paused = await port.schedules.pause(SWEEP, paused=True, note="paused by olga")
        assert (paused.paused, paused.note, paused.next_run_at) == (True, "paused by olga", None)
        again = await port.schedules.pause(SWEEP, paused=True, note="paused by somebody else")
        assert (again, await port.one()) == (paused, paused)
        resumed = await port.schedules.pause(SWEEP, paused=False, note="resumed by olga")
        assert (resumed.paused, resumed.note, resumed.next_run_at is None) == (False, "resumed by olga", False)

    @pytest.mark.parametrize("paused", [False, True])
    async def test_a_schedule_runs_when_it_is_told_to_paused_or_not(self, port: Port, *, paused: bool) -> None:
        await port.schedules.pause(SWEEP, paused=paused, note="by olga")
        told = await port.schedules.trigger(SWEEP)
        assert told.paused is paused
        assert told.last_run_at
        assert told.last_run_at > LONG_AGO

    async def test_no_run_is_asked_for_that_would_be_skipped(self, port: Port) -> None:
        await port.begin_run(SWEEP)
        with pytest.raises(Conflict) as refusal:
            await port.schedules.trigger(SWEEP)
        assert refusal.value.problems[0].path == ("id",)

    @pytest.mark.parametrize("name", ["none", "temporal-sys-scheduler:expire-reservations", ""])
    async def test_what_is_no_schedule_is_not_found(self, port: Port, name: str) -> None:
        with pytest.raises(NotFound) as refusal:
            await port.schedules.trigger(name)
        assert refusal.value.problems[0].path == ("id",)
        with pytest.raises(NotFound):
            await port.schedules.pause(name, paused=True, note="by olga")
