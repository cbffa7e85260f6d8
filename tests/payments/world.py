"""A payment service whose calls to store and provider cross a border on either side: there it can die or wait."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from services.payments.memory import MemoryPaymentProvider, MemoryPaymentStore
from services.payments.models import Payment, PaymentStatus
from services.payments.service import PaymentService
from services.shared.events import Event
from services.shared.money import Money
from tests.payments.makers import MOMENT
from tests.support.doubles import CountingIds, StandingClock

Cross = Callable[[], Awaitable[None]]

AGREEING = {
    PaymentStatus.PENDING: [],
    PaymentStatus.AUTHORIZED: ["authorization"],
    PaymentStatus.CAPTURED: ["authorization", "capture"],
    PaymentStatus.VOIDED: ["authorization", "void"],
    PaymentStatus.REFUNDED: ["authorization", "capture", "refund"],
    PaymentStatus.DECLINED: [],
}
"""A payment's state, and what the provider must have done by then, once each."""

TOLD = {
    "authorization": "payment.authorized.v1",
    "capture": "payment.captured.v1",
    "void": "payment.voided.v1",
    "refund": "payment.refunded.v1",
}


class BorderedStore:
    """A PaymentStore; `before` and `after` are crossed around each call."""

    def __init__(self, store: MemoryPaymentStore, before: Cross, after: Cross) -> None:
        self._store = store
        self._before = before
        self._after = after

    async def insert(self, payment: Payment, events: Sequence[Event]) -> Payment:
        await self._before()
        answer = await self._store.insert(payment, events)
        await self._after()
        return answer

    async def replace(self, payment: Payment, expected_revision: int, events: Sequence[Event]) -> bool:
        await self._before()
        answer = await self._store.replace(payment, expected_revision, events)
        await self._after()
        return answer

    async def by_orders(self, order_ids: Sequence[str]) -> tuple[Payment, ...]:
        await self._before()
        return await self._store.by_orders(order_ids)


class BorderedProvider:
    """A PaymentProvider; `before` and `after` are crossed around each call."""

    def __init__(self, provider: MemoryPaymentProvider, before: Cross, after: Cross) -> None:
        self._provider = provider
        self._before = before
        self._after = after

    async def authorize(self, order_id: str, amount: Money, method: str, key: str) -> str:
        await self._before()
        reference = await self._provider.authorize(order_id, amount, method, key)
        await self._after()
        return reference

    async def capture(self, order_id: str, reference: str, amount: Money, key: str) -> None:
        await self._before()
        await self._provider.capture(order_id, reference, amount, key)
        await self._after()

    async def void(self, order_id: str, reference: str, key: str) -> None:
        await self._before()
        await self._provider.void(order_id, reference, key)
        await self._after()

    async def refund(self, order_id: str, reference: str, amount: Money, key: str) -> None:
        await self._before()
        await self._provider.refund(order_id, reference, amount, key)
        await self._after()


async def crossed() -> None:
    """A border where nothing happens."""


class Till:
    """Money as the services have told of it."""

    def __init__(self) -> None:
        self.moved: list[tuple[str, int]] = []

    def captured(self, amount: Money) -> None:
        self.moved.append(("capture", amount.minor))

    def refunded(self, amount: Money) -> None:
        self.moved.append(("refund", amount.minor))


class World:
    """What outlives a process: the store and the provider. `service()` is a process's own."""

    def __init__(self, before: Cross = crossed, after: Cross = crossed) -> None:
        self.store = MemoryPaymentStore()
        self.provider = MemoryPaymentProvider(slow=0)
        self.till = Till()
        self._before = before
        self._after = after
        self._ids = CountingIds()

    def service(self) -> PaymentService:
        store = BorderedStore(self.store, self._before, self._after)
        provider = BorderedProvider(self.provider, self._before, self._after)
        return PaymentService(store, provider, StandingClock(MOMENT), self._ids, self.till)

    def undisturbed(self) -> PaymentService:
        """A service that crosses no border."""
        return PaymentService(self.store, self.provider, StandingClock(MOMENT), self._ids, self.till)

    async def payment(self) -> Payment | None:
        found = await self.store.by_orders(["o1"])
        return found[0] if found else None

    def done(self) -> list[str]:
        """What the provider did, oldest first."""
        return [row.kind for row in self.provider.ledger]

    def money_moved(self) -> list[tuple[str, int]]:
        """What the provider took and gave back, oldest first."""
        return [(row.kind, row.amount.minor) for row in self.provider.ledger if row.kind in {"capture", "refund"}]

    def told(self) -> list[str]:
        """The types of the events, oldest first."""
        return [event.type for event in self.store.events]

    async def check(self) -> None:
        """What must hold whenever nothing is under way: payment, provider and events agree."""
        payment = await self.payment()
        if payment is None or payment.never_was:
            assert self.done() == []
            assert self.told() == []
            return
        assert self.done() == AGREEING[payment.status]
        # A process that dies between its write and its counting counts less, never more.
        assert not Counter(self.till.moved) - Counter(self.money_moved())
        assert {row.reference for row in self.provider.ledger} <= {payment.reference}
        expected = Counter(TOLD[kind] for kind in self.done())
        expected["payment.declined.v1"] = int(bool(payment.decline))
        assert Counter(self.told()) == +expected
        assert [event.sequence for event in self.store.events] == list(range(1, payment.version + 1))
