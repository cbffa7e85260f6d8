"""Workflow `ExpireReservations`: releases holds past their deadline, started by its schedule."""

from typing import Final

from temporalio import workflow

from activities.inventory import ExpireHolds
from workflows import steps
from workflows.messages import ExpireReservationsInput, ExpireReservationsResult
from workflows.placement import perform

MAX_ROUNDS: Final = 100
"""Bounds the history of one run; what is left is for the next."""


@workflow.defn(name="ExpireReservations")
class ExpireReservations:
    """Batch after batch until none is left. Fails when inventory does not answer; the next run comes soon."""

    @workflow.run
    async def run(self, input: ExpireReservationsInput) -> ExpireReservationsResult:  # noqa: A002 - the word of the contract
        count = 0
        for _ in range(MAX_ROUNDS):
            released = await perform(steps.EXPIRE, ExpireHolds(limit=input.batch), input.colocated)
            count += released.count
            if not released.more:
                break
        return ExpireReservationsResult(count=count)
