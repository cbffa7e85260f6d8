"""The rules of payments where nothing fails: each step, its repetition, and what it refuses."""

from dataclasses import replace

import pytest

from services.payments.errors import PaymentDeclined
from services.payments.memory import CAPTURE_DECLINED, CARD, DECLINED_CARD
from services.payments.models import Payment, PaymentStatus
from services.payments.service import PaymentService
from services.shared.errors import Conflict, IdempotencyMismatch
from services.shared.money import Money
from tests.payments.makers import AMOUNT, MOMENT, ORIGIN, authorize, cancel, capture
from tests.payments.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def payments(world: World) -> PaymentService:
    return world.undisturbed()


async def test_an_authorised_payment(world: World, payments: PaymentService) -> None:
    payment = await payments.authorize_payment(authorize(), ORIGIN)
    assert payment == Payment(
        order_id="o1",
        customer_id="u1",
        amount=AMOUNT,
        method=CARD,
        status=PaymentStatus.AUTHORIZED,
        reference=world.provider.ledger[0].reference,
        authorization_key="order/o1/authorize",
        closing=False,
        version=1,
        revision=2,
        updated_at=MOMENT,
    )
    assert await payments.payments_of(["o1", "o9"]) == (payment,)
    assert await payments.authorize_payment(authorize(), ORIGIN) == payment
    await world.check()


async def test_the_key_of_the_first_try_stays_the_key(world: World, payments: PaymentService) -> None:
    await payments.authorize_payment(authorize(), ORIGIN)
    await payments.authorize_payment(replace(authorize(), idempotency_key="another"), ORIGIN)
    await payments.capture_payment(capture(), ORIGIN)
    await payments.capture_payment(replace(capture(), idempotency_key="another"), ORIGIN)
    assert [row.key for row in world.provider.ledger] == ["order/o1/authorize", "order/o1/capture"]


@pytest.mark.parametrize(
    "other",
    [authorize(method="pm_other"), authorize(amount=Money(minor=1, currency="EUR"))],
    ids=["method", "amount"],
)
async def test_another_payment_of_the_same_order_is_a_mismatch(
    world: World, payments: PaymentService, other: object
) -> None:
    await payments.authorize_payment(authorize(), ORIGIN)
    with pytest.raises(IdempotencyMismatch):
        await payments.authorize_payment(other, ORIGIN)  # type: ignore[arg-type]
    await world.check()


async def test_a_captured_payment(world: World, payments: PaymentService) -> None:
    await payments.authorize_payment(authorize(), ORIGIN)
    payment = await payments.capture_payment(capture(), ORIGIN)
    assert (payment.status, payment.capture_key) == (PaymentStatus.CAPTURED, "order/o1/capture")
    assert await payments.capture_payment(capture(), ORIGIN) == payment
    assert await payments.authorize_payment(authorize(), ORIGIN) == payment
    await world.check()


async def test_what_another_process_captured_meanwhile_is_seen(world: World, payments: PaymentService) -> None:
    await payments.authorize_payment(authorize(), ORIGIN)
    captured = await world.undisturbed().capture_payment(capture(), ORIGIN)
    assert await payments.capture_payment(replace(capture(), idempotency_key="another"), ORIGIN) == captured
    await world.check()


async def test_what_another_process_closed_meanwhile_is_seen(world: World, payments: PaymentService) -> None:
    await payments.authorize_payment(authorize(), ORIGIN)
    await world.undisturbed().cancel_payment(cancel(), ORIGIN)
    with pytest.raises(Conflict):
        await payments.capture_payment(capture(), ORIGIN)
    await world.check()


async def test_a_declined_payment_stays_declined(world: World, payments: PaymentService) -> None:
    for _ in range(2):
        with pytest.raises(PaymentDeclined, match="the card was declined"):
            await payments.authorize_payment(authorize(method=DECLINED_CARD), ORIGIN)
    with pytest.raises(PaymentDeclined, match="the card was declined"):
        await payments.capture_payment(capture(), ORIGIN)
    payment = await payments.cancel_payment(cancel(), ORIGIN)
    assert payment is not None
    assert payment.status is PaymentStatus.DECLINED
    assert world.told() == ["payment.declined.v1"]
    await world.check()


async def test_a_card_declined_at_capture_keeps_its_authorisation_until_the_undo(
    world: World, payments: PaymentService
) -> None:
    await payments.authorize_payment(authorize(method=CAPTURE_DECLINED), ORIGIN)
    for _ in range(2):
        with pytest.raises(PaymentDeclined, match="the card was declined"):
            await payments.capture_payment(capture(), ORIGIN)
    (payment,) = await payments.payments_of(["o1"])
    assert payment.status is PaymentStatus.AUTHORIZED
    await world.check()
    undone = await payments.cancel_payment(cancel(), ORIGIN)
    assert undone is not None
    assert undone.status is PaymentStatus.VOIDED
    assert world.told() == ["payment.authorized.v1", "payment.declined.v1", "payment.voided.v1"]
    await world.check()


@pytest.mark.parametrize(("captures", "status"), [(0, PaymentStatus.VOIDED), (1, PaymentStatus.REFUNDED)])
async def test_an_undone_payment_stays_undone(
    world: World, payments: PaymentService, captures: int, status: PaymentStatus
) -> None:
    await payments.authorize_payment(authorize(), ORIGIN)
    for _ in range(captures):
        await payments.capture_payment(capture(), ORIGIN)
    undone = await payments.cancel_payment(cancel(), ORIGIN)
    assert undone is not None
    assert undone.status is status
    assert await payments.cancel_payment(replace(cancel(), idempotency_key="another"), ORIGIN) == undone
    with pytest.raises(Conflict):
        await payments.authorize_payment(authorize(), ORIGIN)
    with pytest.raises(Conflict):
        await payments.capture_payment(capture(), ORIGIN)
    await world.check()


async def test_without_a_payment_there_is_nothing_to_capture(world: World, payments: PaymentService) -> None:
    with pytest.raises(Conflict):
        await payments.capture_payment(capture(), ORIGIN)
    assert await world.payment() is None


async def test_an_order_without_a_payment_is_closed_to_one_that_comes_late(
    world: World, payments: PaymentService
) -> None:
    for _ in range(2):
        assert await payments.cancel_payment(cancel(), ORIGIN) is None
    with pytest.raises(Conflict):
        await payments.authorize_payment(authorize(), ORIGIN)
    with pytest.raises(Conflict):
        await payments.capture_payment(capture(), ORIGIN)
    assert await payments.payments_of(["o1"]) == ()
    await world.check()


async def test_events_tell_what_happened_without_the_payment_method(world: World, payments: PaymentService) -> None:
    await payments.authorize_payment(authorize(method=CAPTURE_DECLINED), ORIGIN)
    with pytest.raises(PaymentDeclined):
        await payments.capture_payment(capture(), ORIGIN)
    authorized, declined = world.store.events
    data = {
        "orderId": "o1",
        "status": "AUTHORIZED",
        "amount": {"amount": "189.97", "currency": "EUR"},
        "reference": world.provider.ledger[0].reference,
    }
    assert authorized.data == data
    assert declined.data == {**data, "reason": "the card was declined"}
    assert [event.topic for event in world.store.events] == ["caravan.payments"] * 2
    assert [event.subject for event in world.store.events] == ["o1"] * 2
    assert [event.origin for event in world.store.events] == [ORIGIN] * 2
    assert "pm_" not in str(world.store.events)
