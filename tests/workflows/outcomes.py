"""Every way in which a workflow of ours can go, played once each: what the recorded histories are histories of."""

from collections.abc import Awaitable, Callable

from services.catalog.models import CreateProduct, RequestedLine
from services.inventory.errors import HoldExpired
from services.shared.errors import NotFound
from tests.workflows.case import LOCAL, REMOTE, Case
from tests.workflows.faults import Fault
from tests.workflows.lab import settled
from tests.workflows.shop import PRICE
from workflows.expire_reservations import ExpireReservations
from workflows.launch_product import LaunchProduct
from workflows.messages import ExpireReservationsInput, LaunchProductInput, StepAction
from workflows.names import (
    CATALOG_QUEUE,
    INVENTORY_QUEUE,
    order_workflow_id,
    product_workflow_id,
    reservation_workflow_id,
)

Play = Callable[[Case], Awaitable[str]]
"""Plays one outcome; answers the id of the workflow whose history shows it."""

CAPTURE_DECLINED = "pm_sandbox_captureDeclined"


async def _to_the_end(case: Case, places: tuple[str, ...]) -> str:
    await case.place(colocated=places)
    await case.until_step("confirm", "DONE")
    await case.ship()
    await case.deliver()
    await case.until_closed()
    return order_workflow_id(case.order_id)


async def delivered_remote(case: Case) -> str:
    return await _to_the_end(case, REMOTE)


async def delivered_local(case: Case) -> str:
    return await _to_the_end(case, LOCAL)


async def confirmed(case: Case) -> str:
    await case.place(colocated=LOCAL)
    await case.until_step("confirm", "DONE")
    return order_workflow_id(case.order_id)


async def reserved(case: Case) -> str:
    await confirmed(case)
    return reservation_workflow_id(case.order_id)


async def not_found(case: Case) -> str:
    case.shop.script.plan("price", Fault(refusal=NotFound("no such product on sale", ("lines", "0", "sku"))))
    await settled(case.place(colocated=LOCAL))
    await case.until_closed()
    return order_workflow_id(case.order_id)


async def out_of_stock(case: Case) -> str:
    await case.place(lines=(RequestedLine(sku="ink", quantity=101),), colocated=LOCAL)
    await case.until_closed()
    return order_workflow_id(case.order_id)


async def reservation_refused(case: Case) -> str:
    await out_of_stock(case)
    return reservation_workflow_id(case.order_id)


async def _rejected(case: Case, method: str = "pm_card_visa") -> str:
    placing = case.place(colocated=LOCAL, payment_method=method)
    await case.until_closed(skip=20)
    await settled(placing)
    return order_workflow_id(case.order_id)


async def declined(case: Case) -> str:
    return await _rejected(case, "pm_card_chargeDeclined")


async def declined_at_capture(case: Case) -> str:
    return await _rejected(case, CAPTURE_DECLINED)


async def hold_expired(case: Case) -> str:
    case.shop.script.plan("commit", Fault(refusal=HoldExpired("the hold has expired")))
    return await _rejected(case)


async def payment_unavailable(case: Case) -> str:
    case.shop.script.plan("authorize", Fault(down=True))
    return await _rejected(case)


async def cancelled_before_capture(case: Case) -> str:
    gate = case.shop.script.gate("authorize")
    placing = case.place(colocated=LOCAL)
    await gate.entered.wait()
    cancelling = await case.accepted_cancel()
    gate.opened.set()
    await cancelling.result()
    await settled(placing)
    return order_workflow_id(case.order_id)


async def cancelled_during_capture(case: Case) -> str:
    gate = case.shop.script.gate("capture")
    await case.place(colocated=LOCAL)
    await gate.entered.wait()
    cancelling = await case.accepted_cancel()
    gate.opened.set()
    await cancelling.result()
    return order_workflow_id(case.order_id)


async def cancelled_when_paid(case: Case) -> str:
    await confirmed(case)
    await case.cancel()
    return order_workflow_id(case.order_id)


async def cancelled_by_the_platform(case: Case) -> str:
    gate = case.shop.script.gate("hold")
    placing = case.place()
    await gate.entered.wait()
    await case.run.cancel()
    await case.until_cancel_is_heard()
    await case.until_cancel_is_heard(child=True)
    gate.opened.set()
    await case.until_closed()
    await settled(placing)
    return order_workflow_id(case.order_id)


async def _stuck(case: Case, action: StepAction) -> str:
    case.shop.script.plan("cancel", Fault(down=True))
    await case.place(colocated=LOCAL, payment_method=CAPTURE_DECLINED)
    await case.until_step("authorize", "STUCK", skip=60)
    case.shop.script.heal()
    await case.resolve("authorize", action)
    await case.until_closed()
    return order_workflow_id(case.order_id)


async def stuck_and_tried_again(case: Case) -> str:
    return await _stuck(case, StepAction.RETRY)


async def stuck_and_given_up(case: Case) -> str:
    return await _stuck(case, StepAction.SKIP)


async def stuck_and_found(case: Case) -> str:
    """As the two before it, which were recorded when an order could not be found by its stuck step."""
    return await _stuck(case, StepAction.RETRY)


async def went_on_after_its_run_was_lost(case: Case) -> str:
    gate = case.shop.script.gate("commit")
    await case.place()
    await gate.entered.wait()
    await case.run.terminate()
    gate.opened.set()
    await case.until_closed()
    await case.place(colocated=LOCAL)
    await case.until_step("confirm", "DONE")
    return order_workflow_id(case.order_id)


async def expired_reservations(case: Case) -> str:
    await case.client.execute_workflow(
        ExpireReservations.run,
        ExpireReservationsInput(colocated=LOCAL),
        id=f"expire/{case.order_id}",
        task_queue=INVENTORY_QUEUE,
    )
    return f"expire/{case.order_id}"


async def launched_product(case: Case) -> str:
    product = CreateProduct(product_id=case.order_id, sku="nib", name="Nib", description="", categories=(), price=PRICE)
    workflow_id = product_workflow_id(case.order_id)
    await case.client.execute_workflow(
        LaunchProduct.run,
        LaunchProductInput(product=product, initial_stock=5, colocated=LOCAL),
        id=workflow_id,
        task_queue=CATALOG_QUEUE,
    )
    return workflow_id


OUTCOMES: dict[str, Play] = {
    play.__name__: play
    for play in (
        delivered_remote,
        delivered_local,
        confirmed,
        reserved,
        not_found,
        out_of_stock,
        reservation_refused,
        declined,
        declined_at_capture,
        hold_expired,
        payment_unavailable,
        cancelled_before_capture,
        cancelled_during_capture,
        cancelled_when_paid,
        cancelled_by_the_platform,
        stuck_and_tried_again,
        stuck_and_given_up,
        stuck_and_found,
        went_on_after_its_run_was_lost,
        expired_reservations,
        launched_product,
    )
}
