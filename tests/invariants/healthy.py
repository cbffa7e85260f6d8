"""Facts of a small shop in which everything holds: one order of each kind. Bugs are planted into it."""

from dataclasses import replace
from datetime import UTC, datetime

from cli.invariants.event_records import (
    EventFact,
    LagFact,
    LetterFact,
    ListenerFact,
    NoteFact,
    Position,
    ReceiptFact,
    RecordFact,
)
from cli.invariants.recommending.records import Recommending
from cli.invariants.records import (
    AdjustmentFact,
    Facts,
    LedgerFact,
    OrderFact,
    PaymentFact,
    ReservationFact,
    StockFact,
)
from tests.invariants.healthy_messages import (
    NOON,
    ends_of_messages,
    letters_of_failures,
    messaging,
    versions_of_people,
)

LISTENER = ListenerFact(consumer="counting", topic="caravan.orders")
LETTERS = "caravan.orders.counting.dlq"
GIVEN_UP = "delivered-2"
"""The event of which the listener has a dead letter and no receipt."""

LINES = (("LAMP", 2), ("ROPE", 1))
TOTAL = 4_500

BUYER = "ada"
PLACED = datetime(1970, 1, 15, tzinfo=UTC)
COUNTS: dict[tuple[str, ...], int] = {
    ("orders", "LAMP"): 2,
    ("orders", "LAMP", "2"): 2,
    ("orders", "ROPE"): 2,
    ("orders", "ROPE", "2"): 2,
    ("units", "LAMP"): 4,
    ("units", "LAMP", "2"): 4,
    ("units", "ROPE"): 2,
    ("units", "ROPE", "2"): 2,
    ("purchases", BUYER, "2", "LAMP"): 2,
    ("purchases", BUYER, "2", "ROPE"): 2,
    ("pair", "LAMP", "ROPE"): 2,
}
"""Of the two orders that stand; placed in the third week of 1970."""

PATHS = {
    "confirmed": ("CONFIRMED", "CAPTURED", ("authorization", "capture"), "COMMITTED"),
    "delivered": ("DELIVERED", "CAPTURED", ("authorization", "capture"), "COMMITTED"),
    "declined": ("REJECTED", "DECLINED", (), "RELEASED"),
    "declined-late": ("REJECTED", "VOIDED", ("authorization", "void"), "RELEASED"),
    "cancelled": ("CANCELLED", "REFUNDED", ("authorization", "capture", "refund"), "RETURNED"),
}
"""An order, and what became of it: order, payment, provider, goods."""


def healthy() -> Facts:
    """Two SKUs, ten of each delivered, five orders; a consumer has had all events but one, which it gave up."""
    events = _events()
    ends = ends_of_messages()
    records = tuple(record_of(event, offset) for offset, event in enumerate((*events, *ends)))
    (lost,) = [record for record in records if record.event_id == GIVEN_UP]
    return Facts(
        stock=(
            StockFact(sku="LAMP", on_hand=6, reserved=0, available=6),
            StockFact(sku="ROPE", on_hand=8, reserved=0, available=8),
        ),
        adjustments=tuple(AdjustmentFact(sku=sku, delta=10) for sku in ("LAMP", "ROPE")),
        reservations=tuple(
            ReservationFact(order_id=name, state=goods, lines=LINES) for name, (_, _, _, goods) in PATHS.items()
        ),
        orders=tuple(an_order(name, status) for name, (status, _, _, _) in PATHS.items()),
        payments=tuple(
            PaymentFact(
                order_id=name, status=status, amount=TOTAL, currency="EUR", reference=f"auth-{name}" if done else ""
            )
            for name, (_, status, done, _) in PATHS.items()
        ),
        ledger=tuple(entry(name, kind) for name, (_, _, kinds, _) in PATHS.items() for kind in kinds),
        events=(*events, *ends),
        records=records,
        alive=frozenset({"confirmed"}),
        versions={("caravan.orders", name): 2 for name in PATHS}
        | versions_of_people(ends)
        | {("caravan.users", BUYER): 0},
        listeners=(LISTENER,),
        receipts=tuple(receipt(event.id) for event in events if event.id != GIVEN_UP),
        letters=(letter(lost), *letters_of_failures(ends)),
        letter_records=(letter_record(lost),),
        lags=(LagFact(consumer=LISTENER.consumer, topic=LISTENER.topic, behind=0),),
        notes=(NoteFact(sku="LAMP", available=6), NoteFact(sku="ROPE", available=8)),
        messaging=messaging(),
        recommending=Recommending(
            marks={"confirmed": "counted", "delivered": "counted", "cancelled": "void"},
            counts=COUNTS,
            offered={BUYER: ("LAMP", "ROPE")},
        ),
    )


def an_order(name: str, status: str) -> OrderFact:
    """Of the two articles."""
    return OrderFact(
        id=name, status=status, total=TOTAL, currency="EUR", lines=LINES, customer_id=BUYER, placed_at=PLACED
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


def record_of(told: EventFact, offset: int = 99) -> RecordFact:
    """The event as Kafka has it."""
    return RecordFact(
        position=Position(topic=told.topic, partition=0, offset=offset),
        key=told.subject,
        event_id=told.id,
        type=told.type,
        sequence=told.sequence,
        at=NOON,
    )


def receipt(event_id: str) -> ReceiptFact:
    """That the listener has had it."""
    return ReceiptFact(consumer=LISTENER.consumer, event_id=event_id, at=NOON)


def letter(lost: RecordFact, status: str = "PARKED") -> LetterFact:
    """The store's letter of a record that the listener gave up."""
    return LetterFact(
        consumer=LISTENER.consumer,
        position=lost.position,
        found_at=letter_record(lost).position,
        event_id=lost.event_id,
        subject=lost.key,
        status=status,
    )


def letter_record(lost: RecordFact) -> RecordFact:
    """The dead letter itself, on Kafka."""
    found_at = Position(topic=LETTERS, partition=0, offset=0)
    return replace(lost, position=found_at, original=lost.position, given_up_by=LISTENER.consumer)


def _events() -> tuple[EventFact, ...]:
    told = {1: dict.fromkeys(PATHS, "placed"), 2: {name: status.lower() for name, (status, *_) in PATHS.items()}}
    return tuple(
        replace(event(name, sequence), type=f"order.{told[sequence][name]}.v1") for name in PATHS for sequence in told
    )
