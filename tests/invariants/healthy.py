"""Facts of a small shop in which everything holds: one order of each kind. Bugs are planted into it."""

from datetime import UTC, datetime

from cli.invariants.records import (
    AdjustmentFact,
    EventFact,
    Facts,
    LedgerFact,
    OrderFact,
    PaymentFact,
    RecordFact,
    ReservationFact,
    StockFact,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LINES = (("LAMP", 2), ("ROPE", 1))
TOTAL = 4_500

PATHS = {
    "confirmed": ("CONFIRMED", "CAPTURED", ("authorization", "capture"), "COMMITTED"),
    "delivered": ("DELIVERED", "CAPTURED", ("authorization", "capture"), "COMMITTED"),
    "declined": ("REJECTED", "DECLINED", (), "RELEASED"),
    "declined-late": ("REJECTED", "VOIDED", ("authorization", "void"), "RELEASED"),
    "cancelled": ("CANCELLED", "REFUNDED", ("authorization", "capture", "refund"), "RETURNED"),
}
"""An order, and what became of it: order, payment, provider, goods."""


def healthy() -> Facts:
    """Two SKUs, ten of each delivered, five orders."""
    events = _events()
    return Facts(
        stock=(
            StockFact(sku="LAMP", on_hand=6, reserved=0, available=6),
            StockFact(sku="ROPE", on_hand=8, reserved=0, available=8),
        ),
        adjustments=tuple(AdjustmentFact(sku=sku, delta=10) for sku in ("LAMP", "ROPE")),
        reservations=tuple(
            ReservationFact(order_id=name, state=goods, lines=LINES) for name, (_, _, _, goods) in PATHS.items()
        ),
        orders=tuple(
            OrderFact(id=name, status=status, total=TOTAL, currency="EUR", lines=LINES)
            for name, (status, _, _, _) in PATHS.items()
        ),
        payments=tuple(
            PaymentFact(
                order_id=name, status=status, amount=TOTAL, currency="EUR", reference=f"auth-{name}" if done else ""
            )
            for name, (_, status, done, _) in PATHS.items()
        ),
        ledger=tuple(entry(name, kind) for name, (_, _, kinds, _) in PATHS.items() for kind in kinds),
        events=events,
        records=tuple(record_of(event) for event in events),
        alive=frozenset({"confirmed"}),
        versions={("caravan.orders", name): 2 for name in PATHS},
    )


def entry(order_id: str, kind: str, amount: int = TOTAL) -> LedgerFact:
    """Something that the provider did."""
    return LedgerFact(order_id=order_id, kind=kind, amount=amount, currency="EUR", reference=f"auth-{order_id}")


def event(subject: str, sequence: int, event_id: str = "") -> EventFact:
    """An order's event, sent."""
    return EventFact(
        id=event_id or f"{subject}-{sequence}",
        type="order.placed.v1",
        topic="caravan.orders",
        subject=subject,
        sequence=sequence,
        time=NOON,
        sent=True,
    )


def record_of(told: EventFact) -> RecordFact:
    """The event as Kafka has it."""
    return RecordFact(topic=told.topic, key=told.subject, event_id=told.id, type=told.type, sequence=told.sequence)


def _events() -> tuple[EventFact, ...]:
    return tuple(event(name, sequence) for name in PATHS for sequence in (1, 2))
