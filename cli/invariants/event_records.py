"""What a running system says of its events at one moment: told, published, heard, given up. Plain values only."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """One event in a service's outbox; `parked` is why the relay has put it aside.

    Attributes:
        about: of an event about a message, the message.
    """

    id: str
    type: str
    topic: str
    subject: str
    sequence: int
    time: datetime
    sent: bool
    parked: str | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a record stands on Kafka."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFact:
    """One record on Kafka, in the order in which its topic's partition keeps it.

    Attributes:
        event_id: None where the record does not say; so are an empty `type` and a `sequence` of 0.
        at: when Kafka took it.
        original: of a dead letter, where the record is that was given up.
        given_up_by: of a dead letter, the consumer that did; empty where it does not say.
    """

    position: Position
    key: str
    event_id: str | None
    type: str
    sequence: int
    at: datetime
    original: Position | None = None
    given_up_by: str = ""

    @property
    def topic(self) -> str:
        return self.position.topic


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerFact:
    """A consumer that keeps a receipt of each event with its effect."""

    consumer: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFact:
    """That a consumer has had an event, as its inbox keeps it."""

    consumer: str
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFact:
    """A dead letter in its store.

    Attributes:
        position: of the record that the consumer gave up.
        found_at: of the letter itself.
    """

    consumer: str
    position: Position
    found_at: Position
    event_id: str | None
    subject: str | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LagFact:
    """How many records of a topic a consumer has before it."""

    consumer: str
    topic: str
    behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact:
    """What the catalogue has heard of a SKU's stock."""

    sku: str
    available: int
