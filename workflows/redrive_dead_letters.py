"""Workflow `RedriveDeadLetters`: dead letters back to the consumers that gave up on them, a canary of them first.

It decides what goes when and what stops it. What is in a letter passes through and means nothing to it.
"""

import asyncio
import dataclasses
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.deadletters import NextLetters
from activities.replays import LetterVerdict, ParkedRecord, ParkedRecords
from services.deadletters.models import RecordReplays, ReplayResult
from services.shared.replays import Prospect, Verdict
from workflows import steps
from workflows.failures import failure_of
from workflows.placement import perform
from workflows.redrives import RedriveInput, RedriveMark, RedriveProgress, RedriveState, told

REMOTE: Final[tuple[str, ...]] = ()

UNKNOWN_CONSUMER: Final = ("UnknownConsumer", "there is no such consumer any more")
TOO_LARGE: Final = ("TooLarge", "it is larger than any event, and than what can be replayed")
"""Why nobody is given a letter."""

Answer = TypeVar("Answer")


@workflow.defn(name="RedriveDeadLetters")
class RedriveDeadLetters:
    """Oldest first, at a rate, until none is left, too much of the canary failed, or it is cancelled between batches.

    Fails with INVALID for a selection that cannot be. Its query `progress` answers after its end, too.
    """

    @workflow.init
    def __init__(self, input: RedriveInput) -> None:  # noqa: A002 - the word of the contract
        self._input = input
        self._rules = input.rules
        self._mark = input.so_far or RedriveMark(progress=RedriveProgress(dry_run=input.dry_run))
        self._more = True
        self._cancelled = False
        self._interruptible: asyncio.Future[Any] | None = None

    @workflow.query
    def progress(self) -> RedriveProgress:
        """How far it is."""
        return self._mark.progress

    @workflow.run
    async def run(self, input: RedriveInput) -> RedriveProgress:  # noqa: A002 - the word of the contract
        """How it went. Cancelled by the platform, the run ends as cancelled, with all that was done recorded."""
        # A task of its own: the platform cancels only this one, and what was applied must be recorded.
        story = asyncio.ensure_future(self._redrive())
        while not story.done():
            try:
                await workflow.wait_condition(story.done)
            except asyncio.CancelledError:
                self._stop()
        try:
            story.result()
        except FailureError as error:
            raise failure_of(error, "the dead letters did not answer") from None
        if self._cancelled:
            raise asyncio.CancelledError("cancelled by the platform, what was done is recorded")
        if self._more and self._mark.progress.state is not RedriveState.STOPPED:
            workflow.continue_as_new(dataclasses.replace(input, so_far=self._mark))
        return self._mark.progress

    def _stop(self) -> None:
        self._cancelled = True
        if self._interruptible is not None:
            self._interruptible.cancel()

    # -------------------------------------------------------------- the story

    async def _redrive(self) -> None:
        """Until the end of all, or of this run. `_more` tells which."""
        try:
            if self._mark.progress.state is RedriveState.SELECTING:
                await self._begin()
            batches = 0
            while self._goes_on() and not self._is_long(batches):
                await self._batch()
                batches += 1
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
        if self._cancelled:
            self._note(dataclasses.replace(self._mark.progress, state=RedriveState.CANCELLED))
        elif not self._more and self._mark.progress.state is not RedriveState.STOPPED:
            self._note(dataclasses.replace(self._mark.progress, state=RedriveState.DONE))

    def _goes_on(self) -> bool:
        return self._more and not self._cancelled and self._mark.progress.state is not RedriveState.STOPPED

    def _is_long(self, batches: int) -> bool:
        return batches >= self._rules.batches_a_run or workflow.info().is_continue_as_new_suggested()

    async def _begin(self) -> None:
        snapshot = await self._or_stop(perform(steps.SNAPSHOT_LETTERS, self._input.selection, REMOTE))
        self._mark = dataclasses.replace(self._mark, until=snapshot.until)
        self._more = snapshot.count > 0
        self._note(self._mark.progress.begun(snapshot.count, self._rules))

    async def _batch(self) -> None:
        began = workflow.now()
        wish = NextLetters(
            selection=self._input.selection,
            after=self._mark.after,
            until=self._mark.until,
            limit=self._mark.progress.next_batch(self._rules),
        )
        taken = await self._or_stop(perform(steps.NEXT_LETTERS, wish, REMOTE))
        for service, records in groupby(sorted(taken.records, key=_service_of), key=_service_of):
            await self._treat(service, tuple(records))
        self._mark = dataclasses.replace(self._mark, after=taken.after)
        self._more = taken.more
        if self._goes_on() and not self._input.dry_run:
            await self._rest(began, len(taken.records))

    async def _rest(self, began: datetime, letters: int) -> None:
        """Keeps to the rate."""
        pause = timedelta(seconds=letters / self._rules.per_second) - (workflow.now() - began)
        if pause > timedelta(0):
            await self._or_stop(workflow.sleep(pause))

    # -------------------------------------------------------------- one service's letters

    async def _treat(self, service: str, records: tuple[ParkedRecord, ...]) -> None:
        letters = await self._tried(service, records) if service else _of_nobody(records, self._input.dry_run)
        quarantined = 0 if self._input.dry_run else await self._recorded(letters, records)
        self._note(self._mark.progress.after(letters, quarantined, self._rules))

    async def _tried(self, service: str, records: tuple[ParkedRecord, ...]) -> Sequence[LetterVerdict]:
        step = steps.preview_letters(service) if self._input.dry_run else steps.apply_letters(service)
        return (await self._or_stop(perform(step, ParkedRecords(records=records), REMOTE))).letters

    async def _recorded(self, letters: Sequence[LetterVerdict], taken: Sequence[ParkedRecord]) -> int:
        """How many are set aside now. Not to be interrupted: what was applied must be known."""
        before = {each.letter_id: each.replays for each in taken}
        results = tuple(
            ReplayResult(
                letter_id=each.letter_id,
                verdict=Verdict(each.verdict),
                error_type=each.error_type,
                error_message=each.error_message,
                replays_before=before.get(each.letter_id),
            )
            for each in letters
        )
        command = RecordReplays(
            redrive_id=workflow.info().workflow_id,
            actor_id=self._input.actor_id,
            results=results,
            reason=self._input.reason,
        )
        return (await perform(steps.RECORD_REPLAYS, command, REMOTE)).quarantined

    # -------------------------------------------------------------- helpers

    def _note(self, progress: RedriveProgress) -> None:
        self._mark = dataclasses.replace(self._mark, progress=progress)
        workflow.set_current_details(told(progress, self._input.actor_id))

    async def _or_stop(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Its answer. Raises CancelledError, once the platform has cancelled the run."""
        self._interruptible = asyncio.ensure_future(work)
        if self._cancelled:
            self._interruptible.cancel()
        try:
            answer: Answer = await self._interruptible
        finally:
            self._interruptible = None
        return answer


def _service_of(record: ParkedRecord) -> str:
    return record.service


def _of_nobody(records: Sequence[ParkedRecord], dry_run: bool) -> Sequence[LetterVerdict]:  # noqa: FBT001 (as the input says)
    verdict = Prospect.WOULD_FAIL if dry_run else Verdict.FAILED
    reasons = [TOO_LARGE if each.is_too_large else UNKNOWN_CONSUMER for each in records]
    return [
        LetterVerdict(letter_id=each.letter_id, verdict=verdict, error_type=name, error_message=message)
        for each, (name, message) in zip(records, reasons, strict=True)
    ]
