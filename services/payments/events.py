"""What payments tell the world: what became of an order's money. No personal data, no token of a payment method."""

from collections.abc import Mapping
from typing import Any

from services.payments.models import Payment, PaymentStatus
from services.shared.events import Event, Origin, money_data

TYPES: Mapping[PaymentStatus, str] = {
    PaymentStatus.AUTHORIZED: "payment.authorized.v1",
    PaymentStatus.CAPTURED: "payment.captured.v1",
    PaymentStatus.VOIDED: "payment.voided.v1",
    PaymentStatus.REFUNDED: "payment.refunded.v1",
    PaymentStatus.DECLINED: "payment.declined.v1",
}
"""What is told when a payment comes into a state."""


def payment_event(payment: Payment, told: PaymentStatus, event_id: str, origin: Origin) -> Event:
    """The event of the payment's latest change; its sequence is the payment's version.

    `told` is what has happened: the payment's new state, but DECLINED for a declined capture, whose payment stays
    AUTHORIZED until it is voided.
    """
    data: dict[str, Any] = {
        "orderId": payment.order_id,
        "status": payment.status.value,
        "amount": money_data(payment.amount),
    }
    if payment.reference:
        data["reference"] = payment.reference
    if told is PaymentStatus.DECLINED:
        data["reason"] = payment.decline
    return Event(
        id=event_id,
        type=TYPES[told],
        subject=payment.order_id,
        sequence=payment.version,
        time=payment.updated_at,
        data=data,
        origin=origin,
    )
