"""An undo that keeps failing: it turns STUCK, holds up no other, and waits for a person, or for better times."""

import pytest
from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig

from services.orders.models import OrderStatus
from services.shared.errors import Conflict
from tests.workflows.case import LOCAL, Case, refusal
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, laboratory, settled
from workflows.messages import StepAction
from workflows.names import STUCK_STEP

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNDONE = "price record hold RESERVED authorize commit capture cancel+ release REJECTED"


async def stuck(lab: Lab, *words: str) -> Case:
    """An order that is declined at capture, and whose undos of these names keep failing."""
    case = await lab.case()
    for word in words:
        case.shop.script.plan(word, Fault(down=True))
    await case.place(colocated=LOCAL, payment_method="pm_sandbox_captureDeclined")
    await case.until_step("authorize" if "cancel" in words else "reserve", "STUCK", skip=60)
    return case


async def found_by(case: Case) -> str | None:
    """The step by which OPS find the order among those that are STUCK."""
    return (await case.run.describe()).typed_search_attributes.get(STUCK_STEP)


async def test_a_stuck_undo_holds_up_no_other_and_says_so(lab: Lab) -> None:
    case = await stuck(lab, "cancel")
    await case.until_step("reserve", "COMPENSATED")
    assert await case.shop.available("ink") == 100
    assert await case.status() == "RESERVED"
    view = (await case.views())["authorize"]
    assert view.detail == "its undo fails: payments: did not answer"
    assert "authorize is STUCK" in await case.details()
    assert await found_by(case) == "authorize"


async def test_a_person_has_it_tried_again(lab: Lab) -> None:
    case = await stuck(lab, "cancel")
    case.shop.script.heal()
    await case.resolve("authorize", StepAction.RETRY)
    assert await case.until_closed() == "COMPLETED"
    view = (await case.views())["authorize"]
    assert (view.state, view.detail) == ("COMPENSATED", "undone again for ops: the provider says so")
    assert case.shop.script.journal == UNDONE.replace("cancel+ release", "cancel+ release cancel")
    assert case.shop.movements() == ["authorization", "void"]
    assert await case.status() == "REJECTED"
    assert await found_by(case) is None


async def test_a_person_gives_it_up(lab: Lab) -> None:
    case = await stuck(lab, "cancel")
    await case.resolve("authorize", StepAction.SKIP)
    assert await case.until_closed() == "COMPLETED"
    view = (await case.views())["authorize"]
    assert (view.state, view.detail) == ("FAILED", "its undo was given up by ops: the provider says so")
    assert case.shop.script.journal == UNDONE
    assert case.shop.movements() == ["authorization"]
    assert await case.status() == "REJECTED"


async def test_it_is_tried_again_by_itself_when_nobody_comes(lab: Lab) -> None:
    case = await stuck(lab, "cancel")
    case.shop.script.heal()
    assert await case.until_closed(skip=900) == "COMPLETED"
    assert (await case.steps())["authorize"] == "COMPENSATED"


async def test_two_stuck_undos_are_resolved_in_any_order(lab: Lab) -> None:
    case = await stuck(lab, "cancel", "release")
    await case.until_step("reserve", "STUCK", skip=60)
    await case.resolve("reserve", StepAction.SKIP)
    case.shop.script.heal()
    assert await found_by(case)
    await case.resolve("authorize", StepAction.RETRY)
    assert await case.until_closed() == "COMPLETED"
    assert await found_by(case) is None
    steps = await case.steps()
    assert (steps["reserve"], steps["authorize"]) == ("FAILED", "COMPENSATED")


async def test_a_refused_undo_is_stuck_at_once(lab: Lab) -> None:
    case = await lab.case()
    case.shop.script.plan("cancel", Fault(times=1, refusal=Conflict("not now")))
    await case.place(colocated=LOCAL, payment_method="pm_sandbox_captureDeclined")
    await case.until_step("authorize", "STUCK")
    assert case.shop.script.calls.count("cancel") == 1
    await case.resolve("authorize", StepAction.RETRY)
    await case.until_status("REJECTED")


async def test_only_what_is_stuck_can_be_resolved(lab: Lab) -> None:
    case = await lab.case()
    await case.place(colocated=LOCAL)
    for step, code in (("authorize", "CONFLICT"), ("no-such", "NOT_FOUND")):
        refused = await refusal(case.resolve(step, StepAction.SKIP))
        assert refused
        assert (refused.code, refused.problems[0].path) == (code, ("step",))


async def test_a_cancelled_order_is_told_only_when_its_stuck_refund_is_resolved(lab: Lab) -> None:
    case = await lab.case()
    await case.place(colocated=LOCAL)
    await case.until_step("confirm", "DONE")
    case.shop.script.plan("cancel", Fault(down=True))
    cancelling = await case.accepted_cancel()
    await case.until_step("authorize", "STUCK", skip=60)
    assert await case.status() == "CONFIRMED"
    case.shop.script.heal()
    await case.resolve("authorize", StepAction.RETRY)
    assert (await cancelling.result()).status is OrderStatus.CANCELLED
    assert case.shop.movements() == ["authorization", "capture", "refund"]


async def test_a_paid_order_that_cannot_be_confirmed_waits_for_a_person(lab: Lab) -> None:
    case = await lab.case()
    case.shop.script.plan("CONFIRMED", Fault(times=1, refusal=Conflict("no way")))
    placing = case.place(colocated=LOCAL)
    await case.until_step("confirm", "STUCK")
    assert await refusal(case.resolve("confirm", StepAction.SKIP))
    await case.resolve("confirm", StepAction.RETRY)
    await case.until_step("confirm", "DONE")
    assert case.shop.movements() == ["authorization", "capture"]
    await settled(placing)


async def test_a_paid_order_that_cannot_be_confirmed_can_be_cancelled(lab: Lab) -> None:
    case = await lab.case()
    case.shop.script.plan("CONFIRMED", Fault(refusal=Conflict("no way")))
    placing = case.place(colocated=LOCAL)
    await case.until_step("confirm", "STUCK")
    cancelling = await case.accepted_cancel()
    assert (await cancelling.result()).status is OrderStatus.CANCELLED
    assert case.shop.movements() == ["authorization", "capture", "refund"]
    await settled(placing)


async def test_the_alert_hears_of_it() -> None:
    buffer = MetricBuffer(10_000)
    async with laboratory(runtime=Runtime(telemetry=TelemetryConfig(metrics=buffer))) as own:
        await stuck(own, "cancel")
    told = [update for update in buffer.retrieve_updates() if update.metric.name == "caravan_saga_undo_stuck"]
    assert [(update.value, update.attributes["step"]) for update in told] == [(1, "authorize")]
