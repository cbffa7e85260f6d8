"""The event envelope: what has happened, as the outbox keeps it and Kafka carries it. No transport here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.shared.money import Money
from services.shared.schemas.data import MoneyData

EVENT_TOPICS: Mapping[str, str] = {
    "user": "caravan.users",
    "product": "caravan.catalog",
    "stock": "caravan.inventory",
    "order": "caravan.orders",
    "payment": "caravan.payments",
    "notification": "caravan.notifications",
    "recommendations": "caravan.recommendations",
}
"""The aggregate that a type starts with, and its topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change comes from, for whoever follows it later.

    Attributes:
        correlation_id: the order, campaign or request that it belongs to.
        causation_id: the event or workflow that caused it.
        traceparent: W3C trace context, where there is a trace.
    """

    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that has happened to one aggregate (CloudEvents 1.0 attributes).

    Attributes:
        id: unique for ever, the same on every redelivery.
        type: e.g. `order.placed.v1`.
        subject: the aggregate's id; also the record's key.
        sequence: the aggregate's version after the change, from 1.
        time: when it happened, UTC.
        data: the JSON value; no personal data.
    """

    id: str
    type: str
    subject: str
    sequence: int
    time: datetime
    data: Mapping[str, Any]
    origin: Origin = Origin()

    @property
    def topic(self) -> str:
        return EVENT_TOPICS[self.type.partition(".")[0]]


def money_data(money: Money) -> MoneyData:
    """Money as events carry it: `{"amount": "19.99", "currency": "EUR"}`."""
    return {"amount": money.text(), "currency": money.currency}
