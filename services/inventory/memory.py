"""Stock kept in memory: the store's double for tests, held to the same contract suite. Lost with the process."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from services.inventory.models import Adjustment, ReservationState, StockItem
from services.inventory.records import (
    Books,
    Changes,
    ReservationRecord,
    Scope,
    StockAudit,
    StockFaults,
)
from services.shared.events import Event

Result = TypeVar("Result")


class MemoryStockStore:
    """Implements StockStore. Never waits inside a change, so that nothing comes between read and write."""

    def __init__(self) -> None:
        self.stock: dict[str, StockItem] = {}
        self.reservations: dict[str, ReservationRecord] = {}
        self.adjustments: dict[str, Adjustment] = {}
        self.events: list[Event] = []

    async def change(self, scope: Scope, decide: Callable[[Books], tuple[Changes, Result]]) -> Result:
        changes, result = decide(self._books(scope))
        self.stock.update({change.item.sku: change.item for change in changes.stock})
        self.reservations.update({change.record.reservation.order_id: change.record for change in changes.reservations})
        self.adjustments.update({adjustment.id: adjustment for adjustment in changes.adjustments})
        self.events.extend(changes.events)
        return result

    def _books(self, scope: Scope) -> Books:
        reservations = {key: self.reservations[key] for key in scope.order_ids if key in self.reservations}
        skus = scope.skus.union(line.sku for record in reservations.values() for line in record.reservation.lines)
        return Books(
            stock={sku: self.stock[sku] for sku in skus if sku in self.stock},
            reservations=reservations,
            adjustments={key: self.adjustments[key] for key in scope.adjustment_ids if key in self.adjustments},
        )

    async def items(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        return tuple(self.stock[sku] for sku in skus if sku in self.stock)

    async def ledger(self, sku: str, before: int | None, limit: int) -> tuple[Adjustment, ...]:
        entries = [entry for entry in self.adjustments.values() if entry.sku == sku]
        entries.sort(key=lambda entry: entry.version, reverse=True)
        return tuple(entry for entry in entries if before is None or entry.version < before)[:limit]

    async def overdue(self, now: datetime, limit: int) -> tuple[str, ...]:
        held = [
            (record.reservation.deadline, order_id)
            for order_id, record in self.reservations.items()
            if record.reservation.state is ReservationState.HELD and record.reservation.deadline <= now
        ]
        return tuple(order_id for _, order_id in sorted(held)[:limit])

    async def faults_of_held(self) -> StockFaults:
        held = self._held()
        return StockFaults.among([self.stock[sku] for sku in held if sku in self.stock], held)

    async def faults(self) -> StockFaults:
        return StockFaults.among(self.stock.values(), self._held())

    def _held(self) -> Counter[str]:
        held: Counter[str] = Counter()
        for record in self.reservations.values():
            if record.reservation.state is ReservationState.HELD:
                held.update({line.sku: line.quantity for line in record.reservation.lines})
        return held

    async def audit(self) -> tuple[StockAudit, ...]:
        return tuple(
            StockAudit(
                sku=sku,
                delivered=sum(entry.delta for entry in self.adjustments.values() if entry.sku == sku),
                on_hand=item.on_hand,
                reserved=item.reserved,
                available=item.available,
                held=sum(self._quantities(sku, ReservationState.HELD)),
                committed=sum(self._quantities(sku, ReservationState.COMMITTED)),
            )
            for sku, item in sorted(self.stock.items())
        )

    def _quantities(self, sku: str, state: ReservationState) -> Iterator[int]:
        for record in self.reservations.values():
            if record.reservation.state is state:
                yield from (line.quantity for line in record.reservation.lines if line.sku == sku)
