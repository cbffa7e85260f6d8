"""Reads sales from events of orders. Pure; whether an event was counted before is the receipts' matter."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date
from typing import Final

from pydantic import BaseModel, PositiveInt, ValidationError

from services.notifications.trending.models import Sales
from services.shared.errors import Invalid
from services.shared.events import Event

CONFIRMED: Final = "order.confirmed.v1"


class _Line(BaseModel):
    sku: str
    quantity: PositiveInt


class _Confirmed(BaseModel):
    """What is read of such an event's data; the rest is not our concern."""

    lines: list[_Line]


def sales_of(events: Iterable[Event]) -> tuple[Sales, ...]:
    """What the confirmed orders among these events sold, summed up by day and product, in this order.

    Raises:
        Invalid: an order's data has no lines that can be read.
    """
    return merged(_sales(events))


def merged(sales: Iterable[Sales]) -> tuple[Sales, ...]:
    """The same sales, summed up by day and product, in this order."""
    units: Counter[tuple[date, str]] = Counter()
    for each in sales:
        units[each.day, each.sku] += each.units
    return tuple(Sales(sku=sku, day=day, units=count) for (day, sku), count in sorted(units.items()))


def _sales(events: Iterable[Event]) -> Iterator[Sales]:
    for event in events:
        if event.type == CONFIRMED:
            day = event.time.astimezone(UTC).date()
            for line in _lines(event):
                yield Sales(sku=line.sku, day=day, units=line.quantity)


def _lines(event: Event) -> list[_Line]:
    try:
        return _Confirmed.model_validate(event.data).lines
    except ValidationError as failure:
        raise Invalid(f"not the data of {event.type}", ("data",)) from failure
