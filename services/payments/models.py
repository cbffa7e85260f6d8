"""What payments speak: a payment an order, and the provider's answers. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.shared.money import Money


class PaymentStatus(StrEnum):
    """The contract's states, and the one before the first answer."""

    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    REFUNDED = "REFUNDED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The one payment of an order.

    Attributes:
        method: the provider's token of a payment method.
        reference: the provider's reference of the authorisation; empty until there is one.
        authorization_key: the idempotency key of the authorisation; kept so that an unknown outcome can be asked for.
        closing: set before a void or refund starts: nothing new is authorised or captured from then on.
    """

    order_id: str
    amount: Money
    method: str
    status: PaymentStatus
    reference: str
    authorization_key: str
    closing: bool
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizePayment:
    """The wish to reserve the money; repeatable by `idempotency_key`."""

    order_id: str
    amount: Money
    method: str
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePayment:
    """The wish to capture, void or refund an order's payment; repeatable by `idempotency_key`."""

    order_id: str
    idempotency_key: str
