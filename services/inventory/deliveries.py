"""The rules of what comes into stock and is lost from it: opening an item, adjusting it. Pure.

Each entry goes into the ledger once, so that what was delivered can be compared with what is there and what was sold.
"""

from dataclasses import dataclass

from services.inventory.events import StockEvent
from services.inventory.ledger import Ledger, Movement
from services.inventory.models import Adjustment, AdjustStock, OpenStock, StockItem
from services.inventory.records import Scope
from services.shared.errors import Conflict, IdempotencyMismatch, NotFound
from services.shared.events import Origin
from services.shared.ids import derived_id

MOST_ON_HAND = 1_000_000_000
"""No delivery lifts a SKU above it; a returned sale may, and the contract's 32-bit numbers still hold that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Makes a stock item with its first delivery, once a SKU."""

    command: OpenStock
    origin: Origin

    @property
    def scope(self) -> Scope:
        return Scope(skus=frozenset({self.command.sku}))

    def decide(self, ledger: Ledger) -> StockItem:
        sku, quantity = self.command.sku, self.command.quantity
        if item := ledger.item(sku):
            return item
        movement = Movement(kind=StockEvent.ADJUSTED, quantity=quantity, on_hand=quantity)
        item = ledger.move(sku, movement, self.origin)
        ledger.note(
            Adjustment(
                id=derived_id("opening", sku),
                sku=sku,
                delta=quantity,
                reason="opening stock",
                at=ledger.now,
                actor_id=None,
                on_hand=item.on_hand,
                version=item.version,
            )
        )
        return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """Enters a delivery or a loss, once an adjustment id."""

    command: AdjustStock
    actor_id: str
    origin: Origin

    @property
    def scope(self) -> Scope:
        return Scope(skus=frozenset({self.command.sku}), adjustment_ids=frozenset({self.command.adjustment_id}))

    def decide(self, ledger: Ledger) -> StockItem:
        """Raises NotFound, Conflict, IdempotencyMismatch (the id was used for another adjustment)."""
        command = self.command
        item = ledger.item(command.sku)
        if item is None:
            raise NotFound("no such SKU", ("sku",))
        if known := ledger.adjustment(command.adjustment_id):
            if (known.sku, known.delta) != (command.sku, command.delta):
                raise IdempotencyMismatch("this adjustment was made before, with another SKU or delta")
            return item
        if item.available + command.delta < 0:
            raise Conflict(f"only {item.available} can be taken away: the rest is reserved", ("delta",))
        if command.delta > 0 and item.on_hand + command.delta > MOST_ON_HAND:
            raise Conflict(f"no more than {MOST_ON_HAND} of a SKU can be on hand", ("delta",))
        movement = Movement(kind=StockEvent.ADJUSTED, quantity=command.delta, on_hand=command.delta)
        item = ledger.move(command.sku, movement, self.origin)
        ledger.note(
            Adjustment(
                id=command.adjustment_id,
                sku=command.sku,
                delta=command.delta,
                reason=command.reason,
                at=ledger.now,
                actor_id=self.actor_id,
                on_hand=item.on_hand,
                version=item.version,
            )
        )
        return item
