"""The steps of payments. No rule here: unwrap, call the service. They leave the system, so they are never local."""

from dataclasses import dataclass

from temporalio import activity

from activities.origin import origin
from services.payments.models import AuthorizePayment, Payment, SettlePayment
from services.payments.ports import Payments


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPayment:
    """What became of the order's payment; None where there never was one."""

    payment: Payment | None


class PaymentsActivities:
    """What workflows may ask of payments; runs on queue `payments`."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    @activity.defn(name="payments.authorize_payment")
    async def authorize_payment(self, command: AuthorizePayment) -> Payment:
        """Reserves the money. Refuses with PAYMENT_DECLINED, CONFLICT."""
        return await self._payments.authorize_payment(command, origin())

    @activity.defn(name="payments.capture_payment")
    async def capture_payment(self, command: SettlePayment) -> Payment:
        """Takes the money. Refuses with PAYMENT_DECLINED, CONFLICT."""
        return await self._payments.capture_payment(command, origin())

    @activity.defn(name="payments.cancel_payment")
    async def cancel_payment(self, command: SettlePayment) -> ClosedPayment:
        """Refunds or voids whatever there is."""
        return ClosedPayment(payment=await self._payments.cancel_payment(command, origin()))
