"""Workflow `LaunchProduct`: a new product in the catalogue and its first stock in inventory."""

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.errors import to_failure
from services.inventory.models import OpenStock
from services.shared.errors import Invalid
from workflows import steps
from workflows.failures import failure_of
from workflows.messages import LaunchProductInput, LaunchProductResult
from workflows.placement import perform


@workflow.defn(name="LaunchProduct")
class LaunchProduct:
    """Fails with the refusal's code (INVALID, SKU_TAKEN), or UNAVAILABLE with no product made.

    Once the product is there, its stock is opened, however long it takes.
    """

    @workflow.run
    async def run(self, input: LaunchProductInput) -> LaunchProductResult:  # noqa: A002 - the word of the contract
        if input.initial_stock < 0:
            raise to_failure(Invalid("must not be below zero", ("initialStock",)))
        stock = OpenStock(sku=input.product.sku, quantity=input.initial_stock)
        try:
            product = await perform(steps.CREATE_PRODUCT, input.product, input.colocated)
            return LaunchProductResult(product=product, stock=await perform(steps.OPEN_STOCK, stock, input.colocated))
        except FailureError as error:
            raise failure_of(error, "the catalogue did not answer in time") from None
