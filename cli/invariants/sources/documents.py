"""The services' documents as facts. Reads no database and judges nothing."""

from datetime import UTC, datetime
from typing import Final

from cli.invariants.event_records import EventFact, LetterFact, NoteFact, Position, ReceiptFact
from cli.invariants.records import OrderFact, PaymentFact, ReservationFact, StockFact
from services.infra.mongo import Document
from services.shared.events import EVENT_TOPICS

EPOCH: Final = datetime.fromtimestamp(0, UTC)

EVENT: Final[Document] = dict.fromkeys(
    ("type", "subject", "sequence", "time", "sent", "parked", "data.notificationId"), 1
)
"""What is read of an event: of its data, which message it is about."""


def stock_fact(document: Document) -> StockFact:
    return StockFact(
        sku=document["_id"],
        on_hand=document["on_hand"],
        reserved=document["reserved"],
        available=document["available"],
    )


def reservation_fact(document: Document) -> ReservationFact:
    return ReservationFact(order_id=document["_id"], state=document["state"], lines=_lines(document))


def order_fact(document: Document) -> OrderFact:
    return OrderFact(
        id=document["_id"],
        status=document["status"],
        total=document["total"]["minor"],
        currency=document["total"]["currency"],
        lines=_lines(document),
        customer_id=document["customer_id"],
        placed_at=document["placed_at"],
    )


def payment_fact(document: Document) -> PaymentFact:
    return PaymentFact(
        order_id=document["_id"],
        status=document["status"],
        amount=document["amount"]["minor"],
        currency=document["amount"]["currency"],
        reference=document["reference"],
    )


def event_fact(document: Document) -> EventFact:
    """It may be no event: then it is told with what it has, and the relay has put it aside."""
    kind, sequence, time = str(document.get("type", "")), document.get("sequence"), document.get("time")
    data = document.get("data")
    return EventFact(
        id=str(document["_id"]),
        type=kind,
        topic=EVENT_TOPICS.get(kind.partition(".")[0], ""),
        subject=str(document.get("subject", "")),
        sequence=sequence if isinstance(sequence, int) else 0,
        time=time if isinstance(time, datetime) else EPOCH,
        sent=bool(document["sent"]),
        parked=document.get("parked", {}).get("reason"),
        about=str(data.get("notificationId", "")) if isinstance(data, dict) else "",
    )


def _lines(document: Document) -> tuple[tuple[str, int], ...]:
    return tuple((line["sku"], line["quantity"]) for line in document["lines"])


def receipt_fact(document: Document) -> ReceiptFact:
    consumer, _, event_id = document["_id"].partition("/")
    return ReceiptFact(consumer=consumer, event_id=event_id, at=document["at"])


def letter_fact(document: Document) -> LetterFact:
    return LetterFact(
        consumer=document["consumer"],
        position=Position(topic=document["topic"], partition=document["partition"], offset=document["offset"]),
        found_at=Position(**document["found_at"]),
        event_id=document["event_id"],
        subject=document["subject"],
        status=document["status"],
    )


def note_fact(document: Document) -> NoteFact:
    return NoteFact(sku=document["_id"], available=document["available"])
