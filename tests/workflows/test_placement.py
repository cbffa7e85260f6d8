"""The early answer, and what a repeated key meets: the same order, a mismatch, or what an earlier run has left."""

import asyncio

import pytest

from services.catalog.models import CreateProduct, RequestedLine
from services.inventory.models import ReservedLine
from services.orders.models import OrderStatus
from services.shared.errors import NotFound
from services.shared.events import Origin
from services.shared.money import MAX_MINOR, Money
from tests.workflows.case import LOCAL, Case, refusal
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, settled
from workflows.messages import ReserveInventoryInput
from workflows.names import INVENTORY_QUEUE, reservation_workflow_id
from workflows.reserve_inventory import ReserveInventory

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_answer_comes_when_the_stock_is_held_and_does_not_wait_for_the_payment(lab: Lab) -> None:
    case = await lab.case()
    gate = case.shop.script.gate("authorize")
    placement = await case.place(colocated=LOCAL)
    assert (placement.order.status, placement.request_id, placement.problems) == ("RESERVED", "r1", ())
    assert await case.shop.available("ink") == 98
    gate.opened.set()
    await case.until_status("CONFIRMED")


async def test_every_line_without_stock_is_told(lab: Lab) -> None:
    case = await lab.case()
    lines = tuple(RequestedLine(sku=sku, quantity=count) for sku, count in (("ink", 101), ("pad", 1), ("pen", 999)))
    placement = await case.place(lines=lines, colocated=LOCAL)
    assert placement.order.status is OrderStatus.REJECTED
    assert [(problem.code, problem.path) for problem in placement.problems] == [
        ("OUT_OF_STOCK", ("lines", "0", "quantity")),
        ("OUT_OF_STOCK", ("lines", "2", "quantity")),
    ]
    assert placement.order.reason == placement.problems[0]
    assert case.shop.movements() == []


async def test_every_unknown_or_archived_line_is_told_and_nothing_is_recorded(lab: Lab) -> None:
    case = await lab.case()
    case.shop.archive("pen")
    lines = tuple(RequestedLine(sku=sku, quantity=1) for sku in ("ink", "no-such", "pen"))
    refused = await refusal(case.place(lines=lines))
    assert refused
    assert [(problem.code, problem.path) for problem in refused.problems] == [
        ("NOT_FOUND", ("lines", "1", "sku")),
        ("NOT_FOUND", ("lines", "2", "sku")),
    ]
    assert await case.until_closed() == "FAILED"
    assert await case.status() == ""


async def test_a_total_that_nobody_could_store_ends_the_order_with_nothing_recorded(lab: Lab) -> None:
    case = await lab.case()
    product = CreateProduct(
        product_id="gold",
        sku="gold",
        name="Gold",
        description="",
        categories=(),
        price=Money(minor=MAX_MINOR, currency="EUR"),
    )
    await case.shop.catalog.create_product(product, Origin())
    refused = await refusal(case.place(lines=(RequestedLine(sku="gold", quantity=1000),)))
    assert refused
    assert [(problem.code, problem.path) for problem in refused.problems] == [("INVALID", ("lines",))]
    assert await case.until_closed() == "FAILED"
    assert await case.status() == ""


async def test_a_key_whose_order_was_not_found_may_be_used_again(lab: Lab) -> None:
    case = await lab.case()
    case.shop.script.plan("price", Fault(times=1, refusal=NotFound("no such product")))
    assert await refusal(case.place())
    await case.until_closed()
    assert (await case.place(request_id="r2")).order.status is OrderStatus.RESERVED


async def test_the_same_key_at_once_is_one_order(lab: Lab) -> None:
    case = await lab.case()
    placements = await asyncio.gather(*(case.place(colocated=LOCAL, request_id=f"r{n}") for n in range(5)))
    assert {(placement.order.id, placement.request_id) for placement in placements} == {
        (case.order_id, placements[0].request_id)
    }
    await case.until_status("CONFIRMED")
    assert case.shop.movements() == ["authorization", "capture"]


async def test_the_same_key_with_another_input_is_a_mismatch(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    refused = await refusal(case.place(fingerprint="other"))
    assert refused
    assert refused.problems[0].code == "IDEMPOTENCY_MISMATCH"


async def test_a_repeated_key_is_answered_with_the_order_as_it_is_now(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    assert (await case.place(request_id="r2")).order.status is OrderStatus.CONFIRMED


async def terminated(case: Case, at: str) -> None:
    """An order whose first run was lost in the middle of a step."""
    gate = case.shop.script.gate(at)
    placing = case.place()
    await gate.entered.wait()
    await case.run.terminate()
    gate.opened.set()
    await settled(placing)
    await case.until_closed()
    case.shop.script.calls.clear()


@pytest.mark.parametrize("at", ["record", "hold", "RESERVED", "authorize", "commit", "capture", "CONFIRMED"])
async def test_an_order_whose_run_was_lost_goes_on_and_pays_once(lab: Lab, at: str) -> None:
    case = await lab.case()
    await terminated(case, at)
    placement = await case.place(request_id="r2")
    await case.until_step("confirm", "PENDING" if at == "CONFIRMED" else "DONE")
    assert placement.order.status in {"RESERVED", "CONFIRMED"}
    assert await case.status() == "CONFIRMED"
    assert case.shop.movements() == ["authorization", "capture"]
    assert await case.shop.available("ink") == 98
    assert (await case.ship()).status is OrderStatus.SHIPPED


async def test_an_order_waits_for_the_reservation_of_a_lost_run_to_end(lab: Lab) -> None:
    case = await lab.case()
    gate = case.shop.script.gate("hold")
    reservation = await case.client.start_workflow(
        ReserveInventory.run,
        ReserveInventoryInput(order_id=case.order_id, lines=(ReservedLine(sku="ink", quantity=2),), hold_seconds=60),
        id=reservation_workflow_id(case.order_id),
        task_queue=INVENTORY_QUEUE,
    )
    await gate.entered.wait()
    placing = case.place()
    await case.until_step("reserve", "RUNNING")
    await reservation.terminate()
    gate.opened.set()
    assert (await placing).order.status is OrderStatus.RESERVED
    assert "START_CHILD_WORKFLOW_EXECUTION_FAILED" in (await case.run.fetch_history()).to_json()


async def test_a_lost_order_whose_hold_has_expired_is_rejected_and_its_payment_voided(lab: Lab) -> None:
    case = await lab.case()
    await terminated(case, "authorize")
    await case.until_money(1)
    await case.shop.expire_holds()
    placement = await case.place(request_id="r2")
    assert (placement.order.status, placement.order.reason and placement.order.reason.code) == (
        "REJECTED",
        "RESERVATION_EXPIRED",
    )
    assert case.shop.movements() == ["authorization", "void"]
    assert await case.shop.available("ink") == 100


async def test_a_lost_order_that_was_confirmed_can_still_be_cancelled_with_a_refund(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    await case.run.terminate()
    assert (await case.place(request_id="r2")).order.status is OrderStatus.CONFIRMED
    assert (await case.cancel()).status is OrderStatus.CANCELLED
    assert case.shop.movements() == ["authorization", "capture", "refund"]
    assert await case.shop.available("ink") == 100


@pytest.mark.parametrize("at", ["cancel", "release", "CANCELLED"])
async def test_a_lost_order_that_was_being_cancelled_is_cancelled_to_the_end(lab: Lab, at: str) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    gate = case.shop.script.gate(at)
    cancelling = case.cancel()
    await gate.entered.wait()
    await case.run.terminate()
    gate.opened.set()
    await settled(cancelling)
    await case.until_money(3)
    await settled(case.place(request_id="r2"))
    await case.until_status("CANCELLED")
    assert case.shop.movements() == ["authorization", "capture", "refund"]
    assert await case.shop.available("ink") == 100


async def test_a_lost_order_that_was_being_cancelled_is_not_shipped(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    case.shop.script.plan("cancel", Fault(lost=True))
    cancelling = case.cancel()
    await case.until_money(3)
    await case.run.terminate()
    await settled(cancelling)
    gate = case.shop.script.gate("commit")
    placing = case.place(request_id="r2")
    async with asyncio.timeout(60):
        await gate.entered.wait()
    shipping = case.ship()
    gate.opened.set()
    refused = await refusal(shipping)
    assert refused
    assert refused.code == "CONFLICT"
    case.shop.script.heal()
    await settled(placing)
    await case.until_status("CANCELLED")


async def test_a_lost_order_is_answered_though_its_product_was_archived_since(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    await case.run.terminate()
    case.shop.archive("ink")
    assert (await case.place(request_id="r2")).order.status is OrderStatus.CONFIRMED
    assert case.shop.movements() == ["authorization", "capture"]


async def test_a_hold_that_expires_during_a_slow_payment_is_found_out_at_commit(lab: Lab) -> None:
    case = await lab.case()
    gate = case.shop.script.gate("authorize")
    await case.place(colocated=LOCAL)
    await gate.entered.wait()
    await case.shop.expire_holds()
    gate.opened.set()
    await case.until_status("REJECTED")
    order = await case.shop.order(case.order_id)
    assert order
    assert order.reason
    assert order.reason.code == "RESERVATION_EXPIRED"
    assert case.shop.movements() == ["authorization", "void"]
    assert await case.shop.available("ink") == 100
