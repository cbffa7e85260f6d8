"""The saga, step by step: whatever goes wrong at any step, these calls are made, and the order ends like this.

The table is the specification. A journal names the calls in their order, a plus where one was repeated.
"""

from dataclasses import dataclass

import pytest

from services.inventory.errors import HoldExpired, OutOfStock
from services.payments.errors import PaymentDeclined
from services.shared.errors import Conflict, IdempotencyMismatch, NotFound, Refused
from tests.workflows.case import LOCAL, REMOTE, Case
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")

HELD = "price record hold RESERVED"
WHOLE = f"{HELD} authorize commit capture CONFIRMED"


def repeated(word: str, journal: str = WHOLE) -> str:
    return journal.replace(word, f"{word}+")


@dataclass(frozen=True)
class Row:
    """What happens, and what is to come of it.

    Attributes:
        at: the call that it happens to.
        ends: how the workflow's run ends; "RUNNING" where it waits for what comes after CONFIRMED.
        status: the order's; empty where there is none.
        reason: the code of the order's reason, or of the failure where there is no order.
        money: what the provider did.
    """

    at: str
    journal: str
    ends: str
    status: str
    reason: str = ""
    money: str = ""
    places: tuple[tuple[str, ...], ...] = (REMOTE, LOCAL)


CAPTURED = "authorization capture"

REFUSED = (
    (Row("price", "price find", "FAILED", "", "NOT_FOUND"), NotFound("unknown", ("lines", "0", "sku"))),
    (Row("record", "price record", "FAILED", "", "IDEMPOTENCY_MISMATCH"), IdempotencyMismatch("other")),
    (Row("hold", "price record hold REJECTED", "COMPLETED", "REJECTED", "OUT_OF_STOCK"), OutOfStock("none left")),
    (Row("RESERVED", f"{HELD} release REJECTED", "COMPLETED", "REJECTED", "CONFLICT"), Conflict("no way")),
    (
        Row("authorize", f"{HELD} authorize release REJECTED", "COMPLETED", "REJECTED", "PAYMENT_DECLINED"),
        PaymentDeclined("no"),
    ),
    (
        Row(
            "commit",
            f"{HELD} authorize commit cancel release REJECTED",
            "COMPLETED",
            "REJECTED",
            "RESERVATION_EXPIRED",
            "authorization void",
        ),
        HoldExpired("too late"),
    ),
    (
        Row(
            "capture",
            f"{HELD} authorize commit capture cancel release REJECTED",
            "COMPLETED",
            "REJECTED",
            "PAYMENT_DECLINED",
            "authorization void",
        ),
        PaymentDeclined("no"),
    ),
)

FAILS_TWICE = tuple(Row(word, repeated(word), "RUNNING", "CONFIRMED", money=CAPTURED) for word in WHOLE.split())

LOSES_ITS_ANSWER = FAILS_TWICE

DOWN_FOR_LONG = (
    Row("price", "price+", "FAILED", "", "UNAVAILABLE"),
    Row("hold", "price record hold+ release REJECTED", "COMPLETED", "REJECTED", "RESERVATION_EXPIRED"),
    Row("RESERVED", f"{HELD}+ release REJECTED", "COMPLETED", "REJECTED", "RESERVATION_EXPIRED"),
    Row("authorize", f"{HELD} authorize+ cancel release REJECTED", "COMPLETED", "REJECTED", "RESERVATION_EXPIRED"),
    Row(
        "commit",
        f"{HELD} authorize commit+ cancel release REJECTED",
        "COMPLETED",
        "REJECTED",
        "RESERVATION_EXPIRED",
        "authorization void",
    ),
)

NEVER_GIVEN_UP = tuple(
    Row(word, repeated(word), "RUNNING", "CONFIRMED", money=CAPTURED) for word in ("record", "capture", "CONFIRMED")
)

PLATFORM_CANCELS = (
    Row("price", "price", "CANCELED", "", "UNAVAILABLE"),
    Row("record", "price record CANCELLED", "CANCELED", "CANCELLED", "CONFLICT"),
    Row("hold", "price record hold release CANCELLED", "CANCELED", "CANCELLED", "CONFLICT"),
    Row("RESERVED", f"{HELD} release CANCELLED", "CANCELED", "CANCELLED", "CONFLICT"),
    Row(
        "authorize",
        f"{HELD} authorize cancel release CANCELLED",
        "CANCELED",
        "CANCELLED",
        "CONFLICT",
        "authorization void",
    ),
    Row(
        "commit",
        f"{HELD} authorize commit cancel release CANCELLED",
        "CANCELED",
        "CANCELLED",
        "CONFLICT",
        "authorization void",
    ),
    Row(
        "capture",
        f"{HELD} authorize commit capture cancel release CANCELLED",
        "CANCELED",
        "CANCELLED",
        "CONFLICT",
        f"{CAPTURED} refund",
    ),
    Row("CONFIRMED", f"{WHOLE} cancel release CANCELLED", "CANCELED", "CANCELLED", "CONFLICT", f"{CAPTURED} refund"),
)

SHOPPER_CANCELS = tuple(
    Row(row.at, row.journal, "COMPLETED", row.status, row.reason, row.money) for row in PLATFORM_CANCELS[2:]
)


def name(value: object) -> str:
    if isinstance(value, Row):
        return value.at
    return "local" if value else "remote"


PLACES = pytest.mark.parametrize("colocated", [REMOTE, LOCAL], ids=name)


async def assert_ends_like(row: Row, case: Case, skip: float = 0) -> None:
    """The whole row, and what holds in every row: no stock is lost, no money taken twice."""
    if row.ends == "RUNNING":
        await case.until_step("confirm", "DONE", skip)
    else:
        assert await case.until_closed(skip) == row.ends
    order = await case.shop.order(case.order_id)
    assert case.shop.script.journal == row.journal
    assert (order.status.value if order else "") == row.status
    assert " ".join(case.shop.movements()) == row.money
    if order:
        assert (order.reason.code if order.reason else "") == row.reason
    stands = row.status == "CONFIRMED"
    assert (await case.shop.available("ink"), await case.shop.available("pen")) == ((98, 99) if stands else (100, 100))


@PLACES
@pytest.mark.parametrize(("row", "refusal"), REFUSED, ids=lambda value: value.at if isinstance(value, Row) else "")
async def test_a_step_is_refused(lab: Lab, row: Row, refusal: Refused, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    case.shop.script.plan(row.at, Fault(refusal=refusal))
    placing = case.place(colocated=colocated)
    await assert_ends_like(row, case)
    await settled(placing)


@PLACES
@pytest.mark.parametrize("row", FAILS_TWICE, ids=name)
async def test_a_step_fails_twice_and_then_works(lab: Lab, row: Row, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    case.shop.script.plan(row.at, Fault(times=2, down=True))
    placing = case.place(colocated=colocated)
    await assert_ends_like(row, case)
    await settled(placing)


@PLACES
@pytest.mark.parametrize("row", LOSES_ITS_ANSWER, ids=name)
async def test_a_step_works_but_its_answer_is_lost(lab: Lab, row: Row, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    case.shop.script.plan(row.at, Fault(times=1, lost=True))
    placing = case.place(colocated=colocated)
    await assert_ends_like(row, case)
    await settled(placing)


@PLACES
@pytest.mark.parametrize("row", DOWN_FOR_LONG, ids=name)
async def test_a_step_runs_out_of_patience(lab: Lab, row: Row, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    case.shop.script.plan(row.at, Fault(down=True))
    placing = case.place(colocated=colocated)
    await assert_ends_like(row, case, skip=20)
    await settled(placing)


@PLACES
@pytest.mark.parametrize("row", NEVER_GIVEN_UP, ids=name)
async def test_a_step_that_must_be_done_outlasts_an_outage(lab: Lab, row: Row, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    case.shop.script.plan(row.at, Fault(down=True))
    placing = case.place(colocated=colocated)
    await case.until_call(row.at, skip=600, times=20)
    case.shop.script.heal()
    await assert_ends_like(row, case, skip=30)
    await settled(placing)


@pytest.mark.parametrize("row", PLATFORM_CANCELS, ids=name)
async def test_the_platform_cancels_in_the_middle_of_a_step(lab: Lab, row: Row) -> None:
    case = await lab.case()
    gate = case.shop.script.gate(row.at)
    placing = case.place()
    await gate.entered.wait()
    await case.run.cancel()
    await case.until_cancel_is_heard()
    if row.at == "hold":
        await case.until_cancel_is_heard(child=True)
    gate.opened.set()
    await assert_ends_like(row, case)
    await settled(placing)


@pytest.mark.parametrize("row", SHOPPER_CANCELS, ids=name)
async def test_the_shopper_cancels_in_the_middle_of_a_step(lab: Lab, row: Row) -> None:
    case = await lab.case()
    gate = case.shop.script.gate(row.at)
    placing = case.place()
    await gate.entered.wait()
    cancelling = await case.accepted_cancel()
    if row.at == "hold":
        await case.until_cancel_is_heard(child=True)
    gate.opened.set()
    assert (await cancelling.result()).status == "CANCELLED"
    await assert_ends_like(row, case)
    await settled(placing)
