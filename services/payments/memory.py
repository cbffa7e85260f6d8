"""Payments in memory: the fakes of the store and of the provider, kept to the same contract suites. For tests.

The provider knows the payment sandbox's methods, so that what is tested on the fake holds with the sandbox too.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.payments.errors import PaymentDeclined
from services.payments.models import Payment
from services.shared.errors import Unavailable
from services.shared.events import Event
from services.shared.ids import derived_id
from services.shared.money import DECIMAL_TEXT, Money

CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_chargeDeclined"
CAPTURE_DECLINED = "pm_sandbox_captureDeclined"
SLOW = "pm_sandbox_slow"
FLAKY = "pm_sandbox_flaky"
LOST_ANSWER = "pm_sandbox_lostAnswer"
METHODS = frozenset({CARD, DECLINED_CARD, CAPTURE_DECLINED, SLOW, FLAKY, LOST_ANSWER})

FLAKY_FAILURES = 2


class MemoryPaymentStore:
    """A PaymentStore in a dict. `events` is what an outbox would hold, in the order of storing."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._payments: dict[str, Payment] = {}

    async def insert(self, payment: Payment, events: Sequence[Event]) -> Payment:
        """See `PaymentStore.insert`."""
        if payment.order_id in self._payments:
            return self._payments[payment.order_id]
        self._payments[payment.order_id] = payment
        self.events.extend(events)
        return payment

    async def replace(self, payment: Payment, expected_revision: int, events: Sequence[Event]) -> bool:
        """See `PaymentStore.replace`."""
        stored = self._payments.get(payment.order_id)
        if stored is None or stored.revision != expected_revision:
            return False
        self._payments[payment.order_id] = payment
        self.events.extend(events)
        return True

    async def by_orders(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        """See `PaymentStore.by_orders`."""
        known = (self._payments.get(order_id) for order_id in dict.fromkeys(order_ids))
        return tuple(payment for payment in known if payment is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One thing that the provider did with money."""

    order_id: str
    kind: str
    amount: Money
    reference: str
    key: str


@dataclass(slots=True, kw_only=True)
class _Authorization:
    order_id: str
    amount: Money
    method: str
    state: str = "authorized"


@dataclass(slots=True)
class _Question:
    """What was asked under one key, and the answer: a reference, or the refusal's message."""

    asked: tuple[object, ...]
    reference: str = ""
    refusal: str = ""


@dataclass(slots=True, kw_only=True)
class MemoryPaymentProvider:
    """A PaymentProvider in dicts, with the sandbox's methods. `ledger` is what it did with money.

    Attributes:
        slow: seconds that a call with the slow method takes.
    """

    slow: float = 3.0
    ledger: list[Movement] = field(default_factory=list)
    _authorizations: dict[str, _Authorization] = field(default_factory=dict)
    _questions: dict[str, _Question] = field(default_factory=dict)
    _failures: Counter[str] = field(default_factory=Counter)

    async def authorize(self, order_id: str, amount: Money, method: str, key: str) -> str:
        """See `PaymentProvider.authorize`."""

        def work() -> str:
            if method not in METHODS or method == DECLINED_CARD:
                raise PaymentDeclined("the card was declined")
            reference = f"auth_{derived_id(key)}"
            self._authorizations[reference] = _Authorization(order_id=order_id, amount=amount, method=method)
            self._note("authorization", reference, amount, key)
            return reference

        _must_be_readable(amount)
        return await self._answer(method, key, ("authorize", order_id, amount, method), work)

    async def capture(self, order_id: str, reference: str, amount: Money, key: str) -> None:
        """See `PaymentProvider.capture`."""

        def work() -> str:
            authorization = self._in_state(reference, order_id, "authorized")
            if authorization.method == CAPTURE_DECLINED:
                raise PaymentDeclined("the card was declined")
            return self._settle(reference, "captured", "capture", _within(amount, authorization), key)

        _must_be_readable(amount)
        await self._answer(self._method(reference), key, ("capture", order_id, reference, amount), work)

    async def void(self, order_id: str, reference: str, key: str) -> None:
        """See `PaymentProvider.void`."""

        def work() -> str:
            authorization = self._in_state(reference, order_id, "authorized")
            return self._settle(reference, "voided", "void", authorization.amount, key)

        await self._answer(self._method(reference), key, ("void", order_id, reference), work)

    async def refund(self, order_id: str, reference: str, amount: Money, key: str) -> None:
        """See `PaymentProvider.refund`. Only whole refunds, as payments ask for."""

        def work() -> str:
            authorization = self._in_state(reference, order_id, "captured")
            return self._settle(reference, "refunded", "refund", _within(amount, authorization), key)

        if not _is_readable(amount):
            raise Unavailable("payments", "cannot take such a request")
        await self._answer(self._method(reference), key, ("refund", order_id, reference, amount), work)

    async def _answer(self, method: str, key: str, asked: tuple[object, ...], work: Callable[[], str]) -> str:
        """The answer under the key, after what the method does to a call. The work runs at most once a key."""
        if method == SLOW:
            await asyncio.sleep(self.slow)
        if method == FLAKY and self._failures[key] < FLAKY_FAILURES:
            self._failures[key] += 1
            raise Unavailable("payments")
        if key not in self._questions:
            self._questions[key] = _worked(asked, work)
            if method == LOST_ANSWER:
                raise Unavailable("payments")
        question = self._questions[key]
        if question.asked != asked:
            raise Unavailable("payments", "the key was used with another body")
        if question.refusal:
            raise PaymentDeclined(question.refusal)
        return question.reference

    def _method(self, reference: str) -> str:
        known = self._authorizations.get(reference)
        return known.method if known else CARD

    def _in_state(self, reference: str, order_id: str, state: str) -> _Authorization:
        known = self._authorizations.get(reference)
        if known is None or known.order_id != order_id or known.state != state:
            raise PaymentDeclined("the payment was declined")
        return known

    def _settle(self, reference: str, state: str, kind: str, amount: Money, key: str) -> str:
        self._authorizations[reference].state = state
        self._note(kind, reference, amount, key)
        return reference

    def _note(self, kind: str, reference: str, amount: Money, key: str) -> None:
        order_id = self._authorizations[reference].order_id
        self.ledger.append(Movement(order_id=order_id, kind=kind, amount=amount, reference=reference, key=key))


def _worked(asked: tuple[object, ...], work: Callable[[], str]) -> _Question:
    try:
        return _Question(asked, reference=work())
    except PaymentDeclined as refusal:
        return _Question(asked, refusal=refusal.problems[0].message)


def _is_readable(amount: Money) -> bool:
    return DECIMAL_TEXT.fullmatch(amount.text()) is not None


def _must_be_readable(amount: Money) -> None:
    """What cannot be read is refused before anything is kept under its key."""
    if not _is_readable(amount):
        raise PaymentDeclined("the provider refused the request")


def _within(amount: Money, authorization: _Authorization) -> Money:
    if amount.currency != authorization.amount.currency or amount.minor > authorization.amount.minor:
        raise PaymentDeclined("the payment was declined")
    return amount
