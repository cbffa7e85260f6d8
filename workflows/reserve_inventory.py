"""Workflow `ReserveInventory`: holds every line of an order, or none. Its failure is the refusal, by its code."""

from temporalio import workflow
from temporalio.exceptions import FailureError

from services.inventory.models import HoldStock
from workflows import steps
from workflows.failures import failure_of
from workflows.messages import ReserveInventoryInput, ReserveInventoryResult
from workflows.placement import perform


@workflow.defn(name="ReserveInventory")
class ReserveInventory:
    """Completes with the hold; fails with OUT_OF_STOCK, RESERVATION_EXPIRED, or UNAVAILABLE when patience ends.

    It undoes nothing: whoever started it does, and what is held ends at its deadline whatever becomes of both.
    """

    @workflow.run
    async def run(self, input: ReserveInventoryInput) -> ReserveInventoryResult:  # noqa: A002 - the word of the contract
        wish = HoldStock(order_id=input.order_id, lines=input.lines, ttl_seconds=input.hold_seconds)
        try:
            return ReserveInventoryResult(reservation=await perform(steps.HOLD, wish, input.colocated))
        except FailureError as error:
            raise failure_of(error, "the stock did not answer in time") from None
