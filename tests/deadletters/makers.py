"""Dead letters to test with, as a consumer would have written them. Sends and keeps nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.deadletters.models import StoredLetter
from services.deadletters.reading import letter_of
from services.shared.dead_letters import FoundRecord, Position

FAILED_AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
STORED_AT = datetime(2026, 11, 22, 20, 0, 1, tzinfo=UTC)
TOPIC = "caravan.inventory"
CONSUMER = "stock-notes"


def headers(offset: int = 7, **changes: str | None) -> tuple[tuple[str, bytes | None], ...]:
    """An event's headers and a consumer's; of the changes, underscores are hyphens, and None leaves one out."""
    said: dict[str, str | None] = {
        "content-type": "application/json",
        "ce_id": f"event-{offset}",
        "ce_type": "stock.adjusted.v1",
        "ce_subject": "ink",
        "ce_correlationid": "order-1",
        "dlq-original-topic": TOPIC,
        "dlq-original-partition": "3",
        "dlq-original-offset": str(offset),
        "dlq-original-timestamp": "1763841600000",
        "dlq-consumer": CONSUMER,
        "dlq-exception-class": "builtins.KeyError",
        "dlq-exception-message": f"no shelf '{offset}'",
        "dlq-attempts": "5",
        "dlq-first-failed-at": "2026-11-22T19:59:00.000Z",
        "dlq-last-failed-at": "2026-11-22T20:00:00.000Z",
        "dlq-disposition": "exhausted",
    }
    renamed = {name if name.startswith("ce_") else name.replace("_", "-"): value for name, value in changes.items()}
    said |= renamed
    return tuple((name, value.encode()) for name, value in said.items() if value is not None)


def found(offset: int = 7, **changes: Any) -> FoundRecord:  # noqa: ANN401 (any field of it)
    """A record of the dead letter topic, at the same offset there."""
    record = FoundRecord(
        position=Position(topic=f"{TOPIC}.{CONSUMER}.dlq", partition=3, offset=offset),
        timestamp=STORED_AT,
        key=b"ink",
        value=b'{"sku": "ink"}',
        headers=headers(offset),
    )
    return replace(record, **changes)


def a_letter(number: int = 1, **changes: Any) -> StoredLetter:  # noqa: ANN401 (any field of the letter)
    """The letter of that number and place; `changes` are of the letter."""
    stored = letter_of(found(number), f"p{number:03d}", STORED_AT)
    return replace(stored, letter=replace(stored.letter, **changes))
