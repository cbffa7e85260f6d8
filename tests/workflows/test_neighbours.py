"""The workflows beside PlaceOrder: launching a product, releasing expired holds, and reserving by itself."""

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from services.catalog.errors import SkuTaken
from services.catalog.models import CreateProduct
from services.inventory.models import ReservationState, ReservedLine
from services.shared.errors import Invalid, Refused
from tests.workflows.case import LOCAL, REMOTE, Case
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, activities_of
from tests.workflows.shop import PRICE
from workers.absent_steps import absent_steps
from workflows.expire_reservations import ExpireReservations
from workflows.failures import refusal_of
from workflows.launch_product import LaunchProduct
from workflows.messages import (
    ExpireReservationsInput,
    LaunchProductInput,
    LaunchProductResult,
    ReserveInventoryInput,
    ReserveInventoryResult,
)
from workflows.names import CATALOG_QUEUE, INVENTORY_QUEUE, product_workflow_id, reservation_workflow_id
from workflows.reserve_inventory import ReserveInventory

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = pytest.mark.parametrize("colocated", [REMOTE, LOCAL], ids=["remote", "local"])


async def launch(
    case: Case, stock: int = 5, places: tuple[str, ...] = REMOTE, queue: str = CATALOG_QUEUE
) -> LaunchProductResult:
    product = CreateProduct(product_id=case.order_id, sku="nib", name="Nib", description="", categories=(), price=PRICE)
    return await case.client.execute_workflow(
        LaunchProduct.run,
        LaunchProductInput(product=product, initial_stock=stock, colocated=places),
        id=product_workflow_id(case.order_id),
        task_queue=queue,
    )


async def refused(case: Case, stock: int = 5) -> Refused | None:
    with pytest.raises(WorkflowFailureError) as caught:
        await launch(case, stock)
    return refusal_of(caught.value)


@PLACES
async def test_a_product_is_launched_with_its_stock(lab: Lab, colocated: tuple[str, ...]) -> None:
    case = await lab.case("product")
    launched = await launch(case, places=colocated)
    assert (launched.product.sku, launched.stock.available) == ("nib", 5)
    assert case.shop.script.journal == "create open"


async def test_what_another_process_hosts_is_done_there_though_it_was_to_be_local(lab: Lab) -> None:
    """As where a process of a few services takes up what one of all services has begun."""
    case = await lab.case("product")
    few = [step for step in activities_of(lab.shops) if step.__name__ == "create_product"]
    async with Worker(
        lab.client,
        task_queue="few",
        workflows=[LaunchProduct],
        activities=[*few, *absent_steps(CATALOG_QUEUE, ["catalog"])],
        max_cached_workflows=0,
    ):
        launched = await launch(case, places=LOCAL, queue="few")
    assert launched.stock.available == 5
    assert case.shop.script.journal == "create open"


async def test_a_refused_product_opens_no_stock(lab: Lab) -> None:
    case = await lab.case("product")
    case.shop.script.plan("create", Fault(refusal=SkuTaken("another product has this SKU", ("sku",))))
    refusal = await refused(case)
    assert refusal
    assert (refusal.code, refusal.problems[0].path) == ("SKU_TAKEN", ("sku",))
    assert case.shop.script.journal == "create"


async def test_a_product_without_a_possible_stock_is_not_made(lab: Lab) -> None:
    case = await lab.case("product")
    assert isinstance(await refused(case, stock=-1), Invalid)
    assert case.shop.script.journal == ""


async def test_the_stock_of_a_launched_product_outlasts_an_outage(lab: Lab) -> None:
    case = await lab.case("product")
    case.shop.script.plan("open", Fault(times=4, down=True))
    assert (await launch(case)).stock.on_hand == 5


async def reserve(case: Case, quantity: int, places: tuple[str, ...]) -> ReserveInventoryResult:
    lines = (ReservedLine(sku="ink", quantity=quantity),)
    return await case.client.execute_workflow(
        ReserveInventory.run,
        ReserveInventoryInput(order_id=case.order_id, lines=lines, hold_seconds=60, colocated=places),
        id=reservation_workflow_id(case.order_id),
        task_queue=INVENTORY_QUEUE,
    )


@PLACES
async def test_a_reservation_is_made_or_refused(lab: Lab, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    assert (await reserve(case, 3, colocated)).reservation.state is ReservationState.HELD
    other = await lab.case()
    with pytest.raises(WorkflowFailureError) as caught:
        await reserve(other, 101, colocated)
    refusal = refusal_of(caught.value)
    assert refusal
    assert (refusal.code, refusal.problems[0].path) == ("OUT_OF_STOCK", ("lines", "0", "quantity"))


@PLACES
async def test_expired_holds_are_released_batch_after_batch(lab: Lab, colocated: tuple[str, ...]) -> None:
    case = await lab.case("expire")
    await case.shop.hold_and_forget(5)
    result = await case.client.execute_workflow(
        ExpireReservations.run,
        ExpireReservationsInput(batch=2, colocated=colocated),
        id=f"expire/{case.order_id}",
        task_queue=INVENTORY_QUEUE,
    )
    assert result.count == 5
    assert case.shop.script.calls == ["expire", "expire", "expire"]
    assert await case.shop.available("ink") == 100
