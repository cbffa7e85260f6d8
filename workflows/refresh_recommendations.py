"""Workflow `RefreshRecommendations`: makes one user's list anew some time after he has bought, or those of all users.

What is recommended, and whether a list changed at all, is the service's to say.
"""

import asyncio
import dataclasses
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError, is_cancelled_exception

from activities.recommendations import RefreshBatch
from services.recommendations.refreshing.models import RefreshUsers
from workflows import steps
from workflows.failures import failure_of
from workflows.names import RECOMMENDATIONS_OF_ALL
from workflows.placement import perform, refuse_if_cancelled
from workflows.refreshes import RefreshInput, RefreshResult, RefreshTally

REMOTE: Final[tuple[str, ...]] = ()
"""A batch takes long, and beats: it is never local."""


@workflow.defn(name="RefreshRecommendations")
class RefreshRecommendations:
    """Of one user: one refresh a window, as long as purchases come. Of all: batch after batch. Cancelled by the
    platform it stops; what was made anew stays so.
    """

    @workflow.init
    def __init__(self, input: RefreshInput) -> None:  # noqa: A002 - the word of the contract
        self._input = input
        self._tally = input.so_far
        self._bought = False

    @workflow.signal
    def purchased(self) -> None:
        """Purchases of the user were counted since the last refresh began."""
        self._bought = True

    @workflow.query
    def progress(self) -> RefreshTally:
        """How far a refresh of all users is."""
        return self._tally

    @workflow.run
    async def run(self, input: RefreshInput) -> RefreshResult:  # noqa: A002 - the word of the contract
        """How many lists were made, all runs together."""
        try:
            if input.scheduled:
                return await self._as_child()
            if input.user_id is not None:
                await self._of_user(input.user_id)
            else:
                await self._of_all()
        except FailureError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error
            raise failure_of(error, "the recommendations could not be refreshed") from None
        return RefreshResult(users=self._tally.users, changed=self._tally.changed)

    # -------------------------------------------------------------- one user

    async def _of_user(self, user_id: str) -> None:
        window = timedelta(seconds=self._input.rules.window_seconds)
        due = workflow.info().workflow_start_time + window
        for _ in range(self._input.rules.rounds_a_run):
            await _until(due)
            # What comes from here on may not be among what the step reads.
            self._bought = False
            made = await perform(steps.REFRESH_USERS, RefreshUsers(user_ids=(user_id,)), self._input.colocated)
            users, changed = self._tally.users + made.users, self._tally.changed + made.changed
            self._tally = dataclasses.replace(self._tally, users=users, changed=changed)
            if not self._bought:
                return
            due = workflow.now() + window
        self._go_on()

    # -------------------------------------------------------------- all of them

    async def _of_all(self) -> None:
        rules = self._input.rules
        for _ in range(rules.batches_a_run):
            wish = RefreshBatch(after=self._tally.after, limit=rules.batch)
            self._tally = self._tally.with_batch(await perform(steps.REFRESH_BATCH, wish, REMOTE))
            workflow.set_current_details(_told(self._tally))
            if not self._tally.more:
                return
            refuse_if_cancelled()
            if workflow.info().is_continue_as_new_suggested():
                break
        self._go_on()

    async def _as_child(self) -> RefreshResult:
        try:
            return await workflow.execute_child_workflow(
                RefreshRecommendations.run,
                dataclasses.replace(self._input, scheduled=False),
                id=RECOMMENDATIONS_OF_ALL,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary="the recommendations of all users",
            )
        except WorkflowAlreadyStartedError:
            workflow.set_current_details("A refresh of all users goes on already: this one has nothing to do.")
            return RefreshResult()

    def _go_on(self) -> None:
        """As a new run."""
        workflow.continue_as_new(dataclasses.replace(self._input, so_far=self._tally))


async def _until(moment: datetime) -> None:
    left = moment - workflow.now()
    if left > timedelta(0):
        with suppress(asyncio.TimeoutError):
            await workflow.sleep(left)


def _told(tally: RefreshTally) -> str:
    """How far it is, in Markdown, for whoever looks at the run."""
    state = "goes on" if tally.more else "done"
    return f"**{state}**: {tally.users} lists made, {tally.changed} of them not as before"
