"""Payments to test with."""

from datetime import UTC, datetime

from services.payments.memory import CARD
from services.payments.models import AuthorizePayment, Payment, PaymentStatus, SettlePayment
from services.shared.events import Event, Origin
from services.shared.money import Money

MOMENT = datetime(2026, 11, 22, 21, 4, 5, 123000, tzinfo=UTC)
ORIGIN = Origin(correlation_id="o1", causation_id="order/o1")
AMOUNT = Money(minor=18997, currency="EUR")


def a_payment(order_id: str = "o1", *, status: PaymentStatus = PaymentStatus.PENDING) -> Payment:
    return Payment(
        order_id=order_id,
        customer_id="u1",
        amount=AMOUNT,
        method=CARD,
        status=status,
        reference="",
        authorization_key=f"order/{order_id}/authorize",
        closing=False,
        version=0,
        revision=1,
        updated_at=MOMENT,
    )


def an_event(event_id: str = "e1", order_id: str = "o1", sequence: int = 1) -> Event:
    return Event(
        id=event_id,
        type="payment.authorized.v1",
        subject=order_id,
        sequence=sequence,
        time=MOMENT,
        data={},
        origin=ORIGIN,
    )


def authorize(
    order_id: str = "o1", *, method: str = CARD, amount: Money = AMOUNT, customer_id: str = "u1"
) -> AuthorizePayment:
    key = f"order/{order_id}/authorize"
    return AuthorizePayment(
        order_id=order_id, amount=amount, method=method, idempotency_key=key, customer_id=customer_id
    )


def capture(order_id: str = "o1") -> SettlePayment:
    return SettlePayment(order_id=order_id, idempotency_key=f"order/{order_id}/capture")


def cancel(order_id: str = "o1") -> SettlePayment:
    return SettlePayment(order_id=order_id, idempotency_key=f"order/{order_id}/cancel")
