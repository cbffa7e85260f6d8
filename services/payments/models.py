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


NO_MONEY = Money(minor=0, currency="XXX")
"""XXX is ISO 4217's code for "no currency involved": the amount of a payment that never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The one payment of an order, or the mark that there never will be one.

    Attributes:
        customer_id: who pays; empty for a payment that was made before payments knew it.
        method: the provider's token of a payment method.
        reference: the provider's reference of the authorisation; empty until there is one.
        authorization_key: the idempotency key of the authorisation; kept so that an unknown outcome can be asked for.
        capture_key: likewise of the capture; empty until one was about to be tried.
        closing: set before a void or refund starts: nothing new is authorised or captured from then on.
        closing_key: what the keys of the void and the refund are made from; empty until closing.
        decline: why the provider said no, for a person; empty unless it did. A declined capture leaves the payment
            AUTHORIZED, until the undo voids it.
        version: how many events the payment has told; the latest one's sequence.
        revision: counts every write, told or not, from 1; writers compare it.
    """

    order_id: str
    customer_id: str = ""
    amount: Money
    method: str
    status: PaymentStatus
    reference: str
    authorization_key: str
    capture_key: str = ""
    closing: bool
    closing_key: str = ""
    decline: str = ""
    version: int
    revision: int = 1
    updated_at: datetime

    @property
    def never_was(self) -> bool:
        """Whether this is only the mark of an order that was closed before any payment began."""
        return self.amount == NO_MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizePayment:
    """The wish to reserve the money; repeatable by `idempotency_key`."""

    order_id: str
    amount: Money
    method: str
    idempotency_key: str
    customer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlePayment:
    """The wish to capture, void or refund an order's payment; repeatable by `idempotency_key`."""

    order_id: str
    idempotency_key: str
