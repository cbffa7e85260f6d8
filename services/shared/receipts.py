"""What a consumer and its handler say to each other: one delivery of an event, its receipt, its outcome. No storage.

A receipt is kept in the transaction of the effect, so that the same event never has its effect twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.shared.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a consumer has had an event.

    Attributes:
        at: when it was delivered, UTC.
    """

    consumer: str
    event_id: str
    at: datetime

    @property
    def id(self) -> str:
        """The same for every delivery of the event to the consumer."""
        return f"{self.consumer}/{self.event_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way into a handler."""

    event: Event
    receipt: Receipt


class Outcome(StrEnum):
    """What became of a delivery. Each of them is final, and its receipt is kept.

    APPLIED it had its effect; DUPLICATE it had it before; SUPERSEDED a later event of the aggregate had its effect
    first, so this one has none.
    """

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"


class Handler(Protocol):
    """What a consumer does about its events."""

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """The effects of all of them, in their order, or of none; an outcome for each.

        Raises:
            Refused: one of them can never have its effect.
            Unavailable: what it needs is away; the same deliveries can be handled again.
        """
        ...

    async def preview(self, delivery: Delivery) -> Outcome:
        """The outcome that `handle` would have now; changes nothing. Raises as `handle` does."""
        ...
