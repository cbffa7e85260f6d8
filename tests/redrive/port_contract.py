"""What every `Redrives` must do: one suite, run on the memory and on Temporal."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass

import pytest

from gateway.redrives import Redrives
from services.deadletters.models import LetterFilter, Selection
from services.shared.errors import Invalid
from tests.redrive.lab import Case
from workflows.redrives import RedriveInput, RedriveProgress, RedriveState, Tally

ALL = RedriveInput(actor_id="olga", selection=Selection(wanted=LetterFilter()), reason="the shelf is back")
DRY = RedriveInput(actor_id="olga", selection=Selection(wanted=LetterFilter()), dry_run=True)


@dataclass
class Port:
    """The port under test; its letters and consumers are the case's."""

    redrives: Redrives
    case: Case

    async def until_done(self, workflow_id: str) -> RedriveProgress:
        """Waits for the redrive to end."""
        async with asyncio.timeout(30):
            while (told := await self.redrives.progress(workflow_id)) is None or told.state is not RedriveState.DONE:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return told


class RedrivesContract(ABC):
    """The suite. A subclass gives the port."""

    @pytest.fixture
    @abstractmethod
    def port(self, case: Case) -> Port: ...

    async def test_a_redrive_is_begun_once_a_request_and_tells_how_far_it_is(self, port: Port) -> None:
        await port.case.letters.park("stock-notes", "e1", "e2")
        begun = [await port.redrives.start(port.case.request_id, ALL) for _ in range(2)]
        assert begun == [f"redrive/{port.case.request_id}"] * 2
        assert (await port.until_done(begun[0])).tally == Tally(applied=2)
        assert await port.redrives.start(port.case.request_id, ALL) == begun[0]
        letters = (await port.case.letters.all()).values()
        assert {letter.replays for letter in letters} == {1}
        assert {(each.actor_id, each.reason) for letter in letters for each in letter.history} == {
            ("olga", "the shelf is back")
        }

    async def test_a_dry_run_answers_with_what_would_be(self, port: Port) -> None:
        await port.case.letters.park("stock-notes", "e1", "bad")
        await port.case.letters.park("nobody", "lost")
        port.case.notes.fails = lambda event: event == "bad"
        told = await port.redrives.preview(port.case.request_id, DRY)
        assert (told.state, told.total, told.tally) == (RedriveState.DONE, 3, Tally(applied=1, failed=2))
        assert [each.verdict for each in sorted(told.shown, key=lambda each: each.verdict)] == [
            "WOULD_APPLY",
            "WOULD_FAIL",
            "WOULD_FAIL",
        ]
        assert set((await port.case.letters.statuses()).values()) == {"PARKED"}

    async def test_a_selection_that_cannot_be_is_refused(self, port: Port) -> None:
        with pytest.raises(Invalid):
            await port.redrives.preview(
                port.case.request_id, RedriveInput(actor_id="olga", selection=Selection(), dry_run=True)
            )

    async def test_there_is_nothing_to_tell_of_a_redrive_that_never_was(self, port: Port) -> None:
        assert await port.redrives.progress("redrive/never") is None
        assert await port.redrives.progress("order/o1") is None
