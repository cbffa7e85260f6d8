"""The face of payments to others, and what they need: a store and a provider. Protocols only."""

from collections.abc import Sequence
from typing import Protocol

from services.payments.models import AuthorizePayment, Payment, SettlePayment
from services.shared.actors import Actor
from services.shared.events import Event, Origin
from services.shared.money import Money
from services.shared.safety import safe


class Payments(Protocol):
    """What others may ask of payments. Every call can be repeated; an unknown outcome is asked for, never guessed."""

    async def authorize_payment(self, command: AuthorizePayment, origin: Origin) -> Payment:
        """Reserves the money, or answers the payment as it is where that was done before.

        Raises:
            PaymentDeclined: the provider said no, now or before.
            Conflict: the payment was closed (voided) before.
            IdempotencyMismatch: the order has a payment of another amount or method.
            Unavailable: the outcome is unknown; the same call again finds it out.
        """
        ...

    async def capture_payment(self, command: SettlePayment, origin: Origin) -> Payment:
        """Takes the reserved money, or answers the payment as it is where that was done before.

        Raises:
            PaymentDeclined: the provider said no, now or before; the payment stays AUTHORIZED until it is cancelled.
            Conflict: there is nothing to capture, or the payment was closed before.
            Unavailable: the outcome is unknown; the same call again finds it out.
        """
        ...

    async def cancel_payment(self, command: SettlePayment, origin: Origin) -> Payment | None:
        """Undoes whatever happened: refunds what was captured, voids what was authorised, finds out what is
        unknown first. Leaves a mark, so that an authorisation which arrives later is refused. None where
        there never was a payment.
        """
        ...

    @safe
    async def payments_of(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        """Those of the payments that exist, in no order; marks are none. For watching: shows them to nobody itself."""
        ...

    @safe
    async def visible_payments(self, order_ids: Sequence[str], actor: Actor) -> tuple[Payment, ...]:
        """Those of the payments that exist and are open to the actor: one's own, all to OPS. In no order."""
        ...


class MoneyWatch(Protocol):
    """Told of money that moved, once each, when it is stored."""

    def captured(self, amount: Money) -> None:
        """It was taken."""
        ...

    def refunded(self, amount: Money) -> None:
        """It was given back."""
        ...


class PaymentStore(Protocol):
    """Where payments are kept, marks included. Every write stores its events in the same transaction."""

    async def insert(self, payment: Payment, events: Sequence[Event]) -> Payment:
        """Adds it, or answers the one of the same order."""
        ...

    async def replace(self, payment: Payment, expected_revision: int, events: Sequence[Event]) -> bool:
        """Stores the new state if the stored revision is still the expected one; False when it is not."""
        ...

    async def by_orders(self, order_ids: Sequence[str]) -> tuple[Payment, ...]: ...


class PaymentProvider(Protocol):
    """The outside system. Each call is idempotent by its key.

    All raise PaymentDeclined for a final no, and Unavailable when the outcome is unknown. A request that the provider
    can never take (an amount beyond its limits) is a final no to authorise and capture; to void and refund it is
    Unavailable, so that a person is called while the money is still there.
    """

    async def authorize(self, order_id: str, amount: Money, method: str, key: str) -> str:
        """The reference of the authorisation."""
        ...

    async def capture(self, order_id: str, reference: str, amount: Money, key: str) -> None: ...

    async def void(self, order_id: str, reference: str, key: str) -> None: ...

    async def refund(self, order_id: str, reference: str, amount: Money, key: str) -> None: ...
