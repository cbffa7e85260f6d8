"""The names that dead letters go by: their topics, and the headers that the contract adds; and one as it is found.

Writes and keeps none.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

SUFFIX: Final = ".dlq"


def dead_letter_topic(topic: str, consumer: str) -> str:
    """Where the consumer puts what it gives up of the topic."""
    return f"{topic}.{consumer}{SUFFIX}"


class DeadLetterHeader(StrEnum):
    """What a dead letter says beside the original's headers; all of it UTF-8 text.

    Partition, offset, attempts and size are decimal; ORIGINAL_TIMESTAMP is Kafka's, in milliseconds since 1970; the two
    moments of failure are RFC 3339 in UTC. ORIGINAL_SIZE is there where the topic of dead letters does not take all of
    the record: in bytes; the letter then has no value, and of key and headers what is short.
    """

    ORIGINAL_TOPIC = "dlq-original-topic"
    ORIGINAL_PARTITION = "dlq-original-partition"
    ORIGINAL_OFFSET = "dlq-original-offset"
    ORIGINAL_TIMESTAMP = "dlq-original-timestamp"
    CONSUMER = "dlq-consumer"
    EXCEPTION_CLASS = "dlq-exception-class"
    EXCEPTION_MESSAGE = "dlq-exception-message"
    ATTEMPTS = "dlq-attempts"
    FIRST_FAILED_AT = "dlq-first-failed-at"
    LAST_FAILED_AT = "dlq-last-failed-at"
    DISPOSITION = "dlq-disposition"
    ORIGINAL_SIZE = "dlq-original-size"


ALWAYS: Final = tuple(each for each in DeadLetterHeader if each is not DeadLetterHeader.ORIGINAL_SIZE)
"""What every dead letter says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a record is in Kafka, for as long as its topic keeps it."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """A record of a dead letter topic; it may be anything. `timestamp` None: it has none that is a moment."""

    position: Position
    timestamp: datetime | None
    key: bytes | None
    value: bytes | None = field(repr=False)
    headers: tuple[tuple[str, bytes | None], ...] = field(repr=False)
