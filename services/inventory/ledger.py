"""The working copy of the books while a batch of requests is decided, and the sum of what they changed.

Pure: reads no clock, reaches no store. Keeps `on_hand = available + reserved` by construction.
"""

from dataclasses import dataclass
from datetime import datetime

from services.inventory.events import StockEvent, stock_event
from services.inventory.models import Adjustment, StockItem
from services.inventory.records import (
    Books,
    Changes,
    ReservationChange,
    ReservationRecord,
    StockChange,
)
from services.shared.events import Event, Origin
from services.shared.ids import IdFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A change of one stock item: what is added to its two free numbers, and how it is told."""

    kind: StockEvent
    quantity: int
    on_hand: int = 0
    reserved: int = 0
    order_id: str | None = None


class Ledger:
    """The books of a scope, changed in memory. Whoever changes them has checked before that it is allowed."""

    def __init__(self, books: Books, now: datetime, ids: IdFactory) -> None:
        self.now = now
        self._before = books
        self._ids = ids
        self._stock = dict(books.stock)
        self._reservations = dict(books.reservations)
        self._adjustments: dict[str, Adjustment] = {}
        self._events: list[Event] = []

    def item(self, sku: str) -> StockItem | None:
        return self._stock.get(sku)

    def available(self, sku: str) -> int:
        """How many can be held; 0 of what does not exist."""
        item = self._stock.get(sku)
        return item.available if item else 0

    def reservation(self, order_id: str) -> ReservationRecord | None:
        return self._reservations.get(order_id)

    def adjustment(self, adjustment_id: str) -> Adjustment | None:
        return self._adjustments.get(adjustment_id) or self._before.adjustments.get(adjustment_id)

    def keep(self, record: ReservationRecord) -> None:
        """Puts the reservation in the place of what the order had."""
        self._reservations[record.reservation.order_id] = record

    def note(self, adjustment: Adjustment) -> None:
        """Adds an entry to the ledger of deliveries and losses."""
        self._adjustments[adjustment.id] = adjustment

    def move(self, sku: str, movement: Movement, origin: Origin) -> StockItem:
        """Changes an item, or makes it with its first delivery; tells it as an event.

        Raises:
            ValueError: a number would fall below zero: the caller did not check.
        """
        old = self._stock.get(sku) or StockItem(
            sku=sku, on_hand=0, reserved=0, available=0, version=0, updated_at=self.now
        )
        on_hand = old.on_hand + movement.on_hand
        reserved = old.reserved + movement.reserved
        if not 0 <= reserved <= on_hand:
            raise ValueError("stock below zero")
        item = StockItem(
            sku=sku,
            on_hand=on_hand,
            reserved=reserved,
            available=on_hand - reserved,
            version=old.version + 1,
            updated_at=self.now,
        )
        self._stock[sku] = item
        self._events.append(
            stock_event(movement.kind, item, movement.quantity, movement.order_id, self._ids.new(), origin)
        )
        return item

    def changes(self) -> Changes:
        """Everything that differs from the books before."""
        stock, reservations = self._before.stock, self._before.reservations
        return Changes(
            at=self.now,
            stock=tuple(
                StockChange(item=item, was=stock[sku].version if sku in stock else 0)
                for sku, item in sorted(self._stock.items())
                if item is not stock.get(sku)
            ),
            reservations=tuple(
                ReservationChange(
                    record=record, was=reservations[order_id].reservation.state if order_id in reservations else None
                )
                for order_id, record in sorted(self._reservations.items())
                if record is not reservations.get(order_id)
            ),
            adjustments=tuple(self._adjustments[entry] for entry in sorted(self._adjustments)),
            events=tuple(self._events),
        )
