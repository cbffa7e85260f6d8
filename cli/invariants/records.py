"""What a running system says of itself at one moment, as plain values. Reads nothing and judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cli.invariants.event_records import (
    EventFact,
    LagFact,
    LetterFact,
    ListenerFact,
    NoteFact,
    ReceiptFact,
    RecordFact,
)
from cli.invariants.messaging.records import Messaging
from cli.invariants.recommending.records import Recommending

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RESTING = frozenset({"CONFIRMED", "SHIPPED"})
"""The states in which an order waits for a person; its workflow is alive and does nothing."""

STANDING = frozenset({"CONFIRMED", "SHIPPED", "DELIVERED"})
"""The states of an order that was paid and keeps its goods."""

UNDONE = frozenset({"REJECTED", "CANCELLED"})
"""The states of an order that keeps neither goods nor money."""

FINAL = UNDONE | {"DELIVERED"}
"""The states that no order leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of one invariant.

    Attributes:
        name: the invariant.
        holds: whether it was kept.
        detail: what was looked at, or the first things that break it; one line.
    """

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFact:
    """One SKU's numbers, as inventory keeps them."""

    sku: str
    on_hand: int
    reserved: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationFact:
    """What one order holds; `lines` are SKU and quantity."""

    order_id: str
    state: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentFact:
    """One entry of the ledger of deliveries and losses."""

    sku: str
    delta: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact:
    """An order as orders keep it; `total` in minor units, `lines` are SKU and quantity."""

    id: str
    status: str
    total: int
    currency: str
    lines: tuple[tuple[str, int], ...]
    customer_id: str
    placed_at: datetime

    @property
    def week(self) -> int:
        """The whole weeks from 1970 to its placing."""
        return (self.placed_at - EPOCH).days // 7


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """An order's payment as payments keep it; `amount` in minor units."""

    order_id: str
    status: str
    amount: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFact:
    """One thing that the payment provider did; `amount` in minor units."""

    order_id: str
    kind: str
    amount: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks look at.

    Attributes:
        alive: orders whose PlaceOrder workflow runs.
        versions: topic and aggregate, and the version that the aggregate has now.
        pruned: topics whose outbox is so old that what was sent first is removed from it.
        log_since: where Kafka has dropped old records, the time of the oldest left; older events are not looked for.
        letter_records: the records of dead letter topics.
        receipts_since: older receipts are removed by their inboxes.
    """

    stock: tuple[StockFact, ...] = ()
    reservations: tuple[ReservationFact, ...] = ()
    adjustments: tuple[AdjustmentFact, ...] = ()
    orders: tuple[OrderFact, ...] = ()
    payments: tuple[PaymentFact, ...] = ()
    ledger: tuple[LedgerFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    records: tuple[RecordFact, ...] = ()
    alive: frozenset[str] = frozenset()
    versions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    pruned: frozenset[str] = frozenset()
    log_since: datetime | None = None
    listeners: tuple[ListenerFact, ...] = ()
    receipts: tuple[ReceiptFact, ...] = ()
    receipts_since: datetime | None = None
    letters: tuple[LetterFact, ...] = ()
    letter_records: tuple[RecordFact, ...] = ()
    lags: tuple[LagFact, ...] = ()
    notes: tuple[NoteFact, ...] = ()
    messaging: Messaging = field(default_factory=Messaging)
    recommending: Recommending = field(default_factory=Recommending)
