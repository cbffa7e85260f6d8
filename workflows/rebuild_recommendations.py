"""Workflow `RebuildRecommendations`: counts all orders that stand anew, beside the counts that are read, then switches.

Events count in both meanwhile, so that nothing is missed; that an order counts once is the service's matter.
"""

import asyncio
import dataclasses
from typing import Final

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError, is_cancelled_exception

from services.recommendations.refreshing.models import CountStanding, OneRebuild
from services.shared.standing_orders import ListStandingOrders
from workflows import steps
from workflows.failures import failure_of
from workflows.names import RECOMMENDATIONS_OF_ALL
from workflows.placement import perform, refuse_if_cancelled
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.refreshes import RebuildInput, RebuildMark, RebuildResult, RefreshInput

REMOTE: Final[tuple[str, ...]] = ()
"""What throws old counts away may take long."""


@workflow.defn(name="RebuildRecommendations")
class RebuildRecommendations:
    """Repeatable: each begins anew, and throws away what an unfinished one has left. Fails with CONFLICT when another
    one has begun meanwhile. In the end all lists are refreshed.
    """

    @workflow.init
    def __init__(self, input: RebuildInput) -> None:  # noqa: A002 - the word of the contract
        self._input = input
        self._mark = input.so_far

    @workflow.query
    def progress(self) -> RebuildMark | None:
        """How far it is; None before it has begun."""
        return self._mark

    @workflow.run
    async def run(self, _: RebuildInput) -> RebuildResult:
        """How many orders were counted."""
        try:
            mark = await self._counted(self._mark or await self._begun())
            await perform(steps.FINISH_REBUILD, OneRebuild(rebuild_id=mark.rebuild_id), REMOTE)
            await self._refresh_all()
        except FailureError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error
            raise failure_of(error, "the orders could not be counted anew") from None
        return RebuildResult(orders=mark.orders, counted=mark.counted)

    async def _begun(self) -> RebuildMark:
        mark = RebuildMark(rebuild_id=workflow.info().run_id)
        await perform(steps.BEGIN_REBUILD, OneRebuild(rebuild_id=mark.rebuild_id), REMOTE)
        return mark

    async def _counted(self, mark: RebuildMark) -> RebuildMark:
        """With all orders that stand."""
        pages, more = 0, True
        while more:
            if pages >= self._input.rules.pages_a_run or workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(dataclasses.replace(self._input, so_far=mark))
            mark, more = await self._page(mark)
            refuse_if_cancelled()
            pages, self._mark = pages + 1, mark
            workflow.set_current_details(f"{mark.orders} orders that stand, {mark.counted} of them counted")
        return mark

    async def _page(self, mark: RebuildMark) -> tuple[RebuildMark, bool]:
        wish = ListStandingOrders(after=mark.after, limit=self._input.rules.page)
        page = await perform(steps.LIST_STANDING_ORDERS, wish, self._input.colocated)
        command = CountStanding(rebuild_id=mark.rebuild_id, orders=page.orders)
        done = await perform(steps.COUNT_STANDING, command, self._input.colocated)
        orders, counted = mark.orders + len(page.orders), mark.counted + done.counted
        return dataclasses.replace(mark, after=page.after, orders=orders, counted=counted), page.has_more

    async def _refresh_all(self) -> None:
        """Begins it; it goes on alone. One that is under way has read old counts in part: the nightly one follows."""
        try:
            await workflow.start_child_workflow(
                RefreshRecommendations.run,
                RefreshInput(rules=self._input.refresh, colocated=self._input.colocated),
                id=RECOMMENDATIONS_OF_ALL,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary="the recommendations of all users, after their orders were counted anew",
            )
        except WorkflowAlreadyStartedError:
            return
