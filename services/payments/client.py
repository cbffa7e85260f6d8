"""Payments for another process: their face over internal HTTP. Adds no rule."""

from collections.abc import Sequence

from services.infra.http import Caller
from services.payments.models import AuthorizePayment, Payment, SettlePayment
from services.shared.actors import Actor
from services.shared.events import Origin


class PaymentsClient:
    """The face `Payments`, answered by the payments service. Raises what it raises, and Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def authorize_payment(self, command: AuthorizePayment, origin: Origin) -> Payment:
        """See `Payments.authorize_payment`."""
        payment: Payment = await self._caller.call("authorize_payment", command=command, origin=origin)
        return payment

    async def capture_payment(self, command: SettlePayment, origin: Origin) -> Payment:
        """See `Payments.capture_payment`."""
        payment: Payment = await self._caller.call("capture_payment", command=command, origin=origin)
        return payment

    async def cancel_payment(self, command: SettlePayment, origin: Origin) -> Payment | None:
        """See `Payments.cancel_payment`."""
        payment: Payment | None = await self._caller.call("cancel_payment", command=command, origin=origin)
        return payment

    async def payments_of(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        """See `Payments.payments_of`."""
        payments: tuple[Payment, ...] = await self._caller.call("payments_of", order_ids=order_ids)
        return payments

    async def visible_payments(self, order_ids: Sequence[str], actor: Actor) -> tuple[Payment, ...]:
        """See `Payments.visible_payments`."""
        payments: tuple[Payment, ...] = await self._caller.call("visible_payments", order_ids=order_ids, actor=actor)
        return payments
