"""What happens to an order that is paid: ship, deliver, cancel, two of them at once, and the platform's cancel."""

from collections.abc import Awaitable

import pytest

from services.orders.models import Order, OrderStatus
from tests.workflows.case import LOCAL, Case, refusal
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def confirmed(lab: Lab) -> Case:
    """An order that waits for what comes."""
    case = await lab.case()
    placing = case.place(colocated=LOCAL)
    await case.until_step("confirm", "DONE")
    await settled(placing)
    case.shop.script.calls.clear()
    return case


async def code_of(answer: Awaitable[Order]) -> str:
    """What an update was refused with."""
    refused = await refusal(answer)
    return refused.code if refused else ""


async def test_an_order_is_shipped_and_delivered(lab: Lab) -> None:
    case = await confirmed(lab)
    shipped = await case.ship()
    assert (shipped.status, shipped.tracking_number) == (OrderStatus.SHIPPED, "T1")
    assert (await case.deliver()).status is OrderStatus.DELIVERED
    assert await case.until_closed() == "COMPLETED"
    assert (await case.run.result()).status is OrderStatus.DELIVERED
    steps = await case.steps()
    assert (steps["ship"], steps["deliver"]) == ("DONE", "DONE")


async def test_a_confirmed_order_is_cancelled_with_a_refund(lab: Lab) -> None:
    case = await confirmed(lab)
    order = await case.cancel()
    assert (order.status, order.reason and order.reason.message) == ("CANCELLED", "cancelled by its customer")
    assert case.shop.script.journal == "cancel release CANCELLED"
    assert case.shop.movements() == ["authorization", "capture", "refund"]
    assert await case.shop.available("ink") == 100
    assert await case.until_closed() == "COMPLETED"
    steps = await case.steps()
    assert {steps[name] for name in ("reserve", "authorize", "commit", "capture")} == {"COMPENSATED"}


async def test_the_shop_cancels_in_its_own_name(lab: Lab) -> None:
    case = await confirmed(lab)
    order = await case.cancel(actor_id="ops")
    assert order.reason
    assert order.reason.message == "cancelled by the shop"


async def test_the_platform_cancels_a_confirmed_order_with_a_refund(lab: Lab) -> None:
    case = await confirmed(lab)
    await case.run.cancel()
    assert await case.until_closed() == "CANCELED"
    assert await case.status() == "CANCELLED"
    assert case.shop.movements() == ["authorization", "capture", "refund"]


async def test_the_platform_cannot_cancel_what_has_left(lab: Lab) -> None:
    case = await confirmed(lab)
    await case.ship()
    await case.run.cancel()
    await case.until_cancel_is_heard()
    assert (await case.deliver()).status is OrderStatus.DELIVERED
    assert await case.until_closed() == "COMPLETED"
    assert case.shop.movements() == ["authorization", "capture"]


async def test_what_has_left_cannot_be_cancelled(lab: Lab) -> None:
    case = await confirmed(lab)
    await case.ship()
    assert await code_of(case.cancel()) == "NOT_CANCELLABLE"
    assert case.shop.script.journal == "SHIPPED"


async def test_nothing_is_shipped_twice_or_delivered_before_it_left(lab: Lab) -> None:
    case = await confirmed(lab)
    assert await code_of(case.deliver()) == "CONFLICT"
    await case.ship()
    assert await code_of(case.ship()) == "CONFLICT"
    assert case.shop.script.journal == "SHIPPED"


async def test_an_order_that_is_not_paid_is_not_shipped(lab: Lab) -> None:
    case = await lab.case()
    gate = case.shop.script.gate("authorize")
    placing = case.place(colocated=LOCAL)
    await gate.entered.wait()
    assert await code_of(case.ship()) == "CONFLICT"
    gate.opened.set()
    await settled(placing)


async def test_a_cancel_that_comes_while_the_order_is_being_shipped_is_too_late(lab: Lab) -> None:
    case = await lab.case()
    placing = case.place()
    await case.until_step("confirm", "DONE")
    gate = case.shop.script.gate("SHIPPED")
    shipping = case.ship()
    await gate.entered.wait()
    cancelling = await case.accepted_cancel()
    gate.opened.set()
    assert (await shipping).status is OrderStatus.SHIPPED
    assert await code_of(cancelling.result()) == "NOT_CANCELLABLE"
    assert case.shop.movements() == ["authorization", "capture"]
    await settled(placing)


async def test_an_order_that_is_being_cancelled_is_not_shipped(lab: Lab) -> None:
    case = await confirmed(lab)
    gate = case.shop.script.gate("cancel")
    cancelling = await case.accepted_cancel()
    await gate.entered.wait()
    assert await code_of(case.ship()) == "CONFLICT"
    gate.opened.set()
    assert (await cancelling.result()).status is OrderStatus.CANCELLED
    assert case.shop.script.journal == "cancel release CANCELLED"


async def test_two_cancels_at_once_are_both_answered_and_refund_once(lab: Lab) -> None:
    case = await confirmed(lab)
    gate = case.shop.script.gate("cancel")
    first, second = await case.accepted_cancel(), await case.accepted_cancel()
    gate.opened.set()
    assert (await first.result()).status is OrderStatus.CANCELLED
    assert (await second.result()).status is OrderStatus.CANCELLED
    assert case.shop.movements() == ["authorization", "capture", "refund"]


async def test_an_order_that_is_not_recorded_yet_cannot_be_cancelled(lab: Lab) -> None:
    case = await lab.case()
    gate = case.shop.script.gate("record")
    placing = case.place()
    await gate.entered.wait()
    assert await code_of(case.cancel()) == "NOT_FOUND"
    gate.opened.set()
    await case.until_step("confirm", "DONE")
    await settled(placing)


async def test_a_cancel_does_not_wait_for_a_step_that_is_down(lab: Lab) -> None:
    case = await lab.case()
    case.shop.script.plan("authorize", Fault(down=True))
    placing = case.place(colocated=LOCAL)
    await case.until_call("authorize", times=2)
    assert (await case.cancel()).status is OrderStatus.CANCELLED
    assert await case.shop.available("ink") == 100
    await settled(placing)
