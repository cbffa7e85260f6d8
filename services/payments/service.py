"""The rules of payments: an unknown outcome is asked for, never guessed. Knows neither database nor provider.

Two rules carry everything. What is about to be asked of the provider is stored first, with its idempotency key; so
whoever comes after a crash asks the same question again, and gets the same answer. And every change compares the
payment's revision; so of two at once one wins, and the other one looks again.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.payments.errors import PaymentDeclined
from services.payments.events import payment_event
from services.payments.models import NO_MONEY, AuthorizePayment, Payment, PaymentStatus, SettlePayment
from services.payments.ports import MoneyWatch, PaymentProvider, PaymentStore
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Conflict, IdempotencyMismatch
from services.shared.events import Event, Origin
from services.shared.ids import IdFactory
from services.shared.recent import Recent

OVER = frozenset({PaymentStatus.VOIDED, PaymentStatus.REFUNDED, PaymentStatus.DECLINED})
"""States that need no undo."""


class PaymentService:
    """The face of payments, on a store and a provider."""

    def __init__(
        self,
        store: PaymentStore,
        provider: PaymentProvider,
        clock: Clock,
        ids: IdFactory,
        watch: MoneyWatch | None = None,
    ) -> None:
        self._store = store
        self._provider = provider
        self._clock = clock
        self._ids = ids
        self._watch = watch
        self._recent: Recent[Payment] = Recent()

    async def authorize_payment(self, command: AuthorizePayment, origin: Origin) -> Payment:
        """See `Payments.authorize_payment`."""
        payment = await self._store.insert(self._intent(command), ())
        if payment.never_was:
            raise Conflict("the payment was closed before it began")
        if (payment.amount, payment.method) != (command.amount, command.method):
            raise IdempotencyMismatch("the order has a payment of another amount or method")
        if payment.status is PaymentStatus.PENDING and not payment.closing:
            payment = await self._ask_authorization(payment, origin)
            self._recent.keep(payment.order_id, payment)
        return _authorized(payment)

    async def capture_payment(self, command: SettlePayment, origin: Origin) -> Payment:
        """See `Payments.capture_payment`."""
        payment = self._recent.take(command.order_id)
        # What is remembered may be old: good only where a write that compares revisions comes next.
        if payment is None or payment.capture_key or not _may_be_captured(payment):
            payment = await self._payment_of(command.order_id)
        if payment is None:
            raise Conflict("there is no payment to capture")
        if _may_be_captured(payment) and not payment.capture_key:
            payment = await self._write(payment, replace(payment, capture_key=command.idempotency_key))
        if _may_be_captured(payment):
            payment = await self._ask_capture(payment, origin)
        return _captured(payment)

    async def cancel_payment(self, command: SettlePayment, origin: Origin) -> Payment | None:
        """See `Payments.cancel_payment`.

        Ends because each round brings the payment nearer to its end, by this call's write or by another's.
        """
        payment = await self._payment_of(command.order_id)
        if payment is None:
            payment = await self._store.insert(self._mark(command), ())
        while payment.status not in OVER:
            payment = await self._undo_further(payment, command.idempotency_key, origin)
        return None if payment.never_was else payment

    async def payments_of(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        """See `Payments.payments_of`."""
        found = await self._store.by_orders(order_ids)
        return tuple(payment for payment in found if not payment.never_was)

    async def visible_payments(self, order_ids: Sequence[str], actor: Actor) -> tuple[Payment, ...]:
        """See `Payments.visible_payments`."""
        found = await self.payments_of(order_ids)
        return tuple(payment for payment in found if actor.may_see(payment.customer_id))

    async def _undo_further(self, payment: Payment, key: str, origin: Origin) -> Payment:
        if not payment.closing:
            return await self._write(payment, replace(payment, closing=True, closing_key=key))
        if payment.status is PaymentStatus.PENDING:
            return await self._ask_authorization(payment, origin)
        if payment.status is PaymentStatus.CAPTURED:
            return await self._refund(payment, origin)
        if payment.capture_key and not payment.decline:
            return await self._ask_capture(payment, origin)
        return await self._void(payment, origin)

    async def _ask_authorization(self, payment: Payment, origin: Origin) -> Payment:
        """Finds out what became, or becomes, of the authorisation under its stored key."""
        try:
            reference = await self._provider.authorize(
                payment.order_id, payment.amount, payment.method, payment.authorization_key
            )
        except PaymentDeclined as refusal:
            declined = replace(payment, status=PaymentStatus.DECLINED, decline=_reason(refusal))
            return await self._tell(payment, declined, PaymentStatus.DECLINED, origin)
        authorized = replace(payment, status=PaymentStatus.AUTHORIZED, reference=reference)
        return await self._tell(payment, authorized, PaymentStatus.AUTHORIZED, origin)

    async def _ask_capture(self, payment: Payment, origin: Origin) -> Payment:
        """Finds out what became, or becomes, of the capture under its stored key."""
        try:
            await self._provider.capture(payment.order_id, payment.reference, payment.amount, payment.capture_key)
        except PaymentDeclined as refusal:
            declined = replace(payment, decline=_reason(refusal))
            return await self._tell(payment, declined, PaymentStatus.DECLINED, origin)
        captured = replace(payment, status=PaymentStatus.CAPTURED)
        return await self._tell(payment, captured, PaymentStatus.CAPTURED, origin)

    async def _void(self, payment: Payment, origin: Origin) -> Payment:
        await self._provider.void(payment.order_id, payment.reference, f"{payment.closing_key}/void")
        voided = replace(payment, status=PaymentStatus.VOIDED)
        return await self._tell(payment, voided, PaymentStatus.VOIDED, origin)

    async def _refund(self, payment: Payment, origin: Origin) -> Payment:
        key = f"{payment.closing_key}/refund"
        await self._provider.refund(payment.order_id, payment.reference, payment.amount, key)
        refunded = replace(payment, status=PaymentStatus.REFUNDED)
        return await self._tell(payment, refunded, PaymentStatus.REFUNDED, origin)

    async def _tell(self, before: Payment, after: Payment, told: PaymentStatus, origin: Origin) -> Payment:
        """Stores a change that the world hears of."""
        after = replace(after, version=before.version + 1, updated_at=self._clock.now())
        return await self._write(before, after, (payment_event(after, told, self._ids.new(), origin),))

    async def _write(self, before: Payment, after: Payment, events: Sequence[Event] = ()) -> Payment:
        """Stores the change; where another one was faster, answers what that one stored."""
        after = replace(after, revision=before.revision + 1)
        if await self._store.replace(after, before.revision, events):
            self._tell_money(before, after)
            return after
        (stored,) = await self._store.by_orders([before.order_id])
        return stored

    def _tell_money(self, before: Payment, after: Payment) -> None:
        if self._watch is None or before.status is after.status:
            return
        if after.status is PaymentStatus.CAPTURED:
            self._watch.captured(after.amount)
        elif after.status is PaymentStatus.REFUNDED:
            self._watch.refunded(after.amount)

    async def _payment_of(self, order_id: str) -> Payment | None:
        found = await self._store.by_orders([order_id])
        return found[0] if found else None

    def _intent(self, command: AuthorizePayment) -> Payment:
        return Payment(
            order_id=command.order_id,
            customer_id=command.customer_id,
            amount=command.amount,
            method=command.method,
            status=PaymentStatus.PENDING,
            reference="",
            authorization_key=command.idempotency_key,
            closing=False,
            version=0,
            revision=1,
            updated_at=self._clock.now(),
        )

    def _mark(self, command: SettlePayment) -> Payment:
        return Payment(
            order_id=command.order_id,
            amount=NO_MONEY,
            method="",
            status=PaymentStatus.VOIDED,
            reference="",
            authorization_key="",
            closing=True,
            closing_key=command.idempotency_key,
            version=0,
            revision=1,
            updated_at=self._clock.now(),
        )


def _reason(refusal: PaymentDeclined) -> str:
    """Never empty: an empty one would read as "not declined"."""
    return refusal.problems[0].message or "the payment was declined"


def _may_be_captured(payment: Payment) -> bool:
    return payment.status is PaymentStatus.AUTHORIZED and not payment.closing and not payment.decline


def _authorized(payment: Payment) -> Payment:
    if payment.status is PaymentStatus.DECLINED:
        raise PaymentDeclined(payment.decline, ("paymentMethod",))
    if payment.closing:
        raise Conflict("the payment was closed")
    return payment


def _captured(payment: Payment) -> Payment:
    if payment.decline:
        raise PaymentDeclined(payment.decline, ("paymentMethod",))
    if payment.closing:
        raise Conflict("the payment was closed")
    if payment.status is not PaymentStatus.CAPTURED:
        raise Conflict(f"the payment is {payment.status} and cannot be captured")
    return payment
