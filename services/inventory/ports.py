"""Inventory's face to others, and what it needs from its store. Protocols only."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from services.inventory.models import (
    Adjustment,
    AdjustmentPage,
    AdjustmentQuery,
    AdjustStock,
    ExpiredHolds,
    HoldStock,
    OpenStock,
    Reservation,
    ReservationState,
    StockItem,
)
from services.inventory.records import Books, Changes, Scope, StockAudit, StockFaults
from services.shared.actors import Actor
from services.shared.events import Origin
from services.shared.safety import safe

Result = TypeVar("Result")


class Inventory(Protocol):
    """What others may ask of inventory. Hold, commit and release can be repeated without effect."""

    async def open_stock(self, command: OpenStock, origin: Origin) -> StockItem:
        """Makes the stock item of a new SKU; the same again answers with the item as it is. Raises Invalid."""
        ...

    @safe
    async def stock_of(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        """Those of the stock items that exist, in no order."""
        ...

    async def adjust_stock(self, command: AdjustStock, actor: Actor, origin: Origin) -> StockItem:
        """Raises Forbidden, NotFound (path `sku`), Invalid, Conflict (path `delta`: below what is reserved)."""
        ...

    @safe
    async def stock_adjustments(self, query: AdjustmentQuery, actor: Actor) -> AdjustmentPage:
        """The ledger of a SKU, newest first; of an unknown one it is empty. Raises Forbidden, Invalid."""
        ...

    async def hold_stock(self, command: HoldStock, origin: Origin) -> Reservation:
        """Holds every line or none.

        Raises:
            OutOfStock: a problem for each line that lacks stock.
            HoldExpired: this order's hold was released or expired before; it never comes back.
        """
        ...

    async def commit_hold(self, order_id: str, origin: Origin) -> Reservation:
        """Takes the held goods out of stock. Raises HoldExpired."""
        ...

    async def release_hold(self, order_id: str, origin: Origin) -> Reservation:
        """Gives back whatever the order has: held or committed. Without a hold it leaves a tombstone,
        so that a hold which arrives later takes nothing.
        """
        ...

    async def expire_holds(self, limit: int, origin: Origin) -> ExpiredHolds:
        """Releases at most `limit` holds past their deadline; `origin` is that of the sweep."""
        ...


class ReservationWatch(Protocol):
    """Told of what becomes of reservations, once each, when it is stored."""

    def came_into(self, state: ReservationState) -> None:
        """One more reservation is in this state."""
        ...


class StockStore(Protocol):
    """Where stock, reservations and the ledger of deliveries are kept."""

    async def change(self, scope: Scope, decide: Callable[[Books], tuple[Changes, Result]]) -> Result:
        """Reads the scope, lets `decide` say what changes, and writes that with its events: all of it or nothing.

        `decide` runs again when another writer came between, so it must have no effect of its own.
        Raises Unavailable: whether it was written is unknown.
        """
        ...

    async def items(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        """Those of the items that exist, in no order."""
        ...

    async def ledger(self, sku: str, before: int | None, limit: int) -> tuple[Adjustment, ...]:
        """At most `limit` entries of the SKU, newest first; with `before`, of older versions than it."""
        ...

    async def overdue(self, now: datetime, limit: int) -> tuple[str, ...]:
        """At most `limit` orders whose hold is past its deadline, the longest overdue first."""
        ...

    async def faults_of_held(self) -> StockFaults:
        """What is wrong at one moment with the SKUs that orders hold: costs what is held, however much there is.

        Raises Unavailable.
        """
        ...

    async def faults(self) -> StockFaults:
        """The same of all SKUs: costs one look at each, and at no order that is done. Raises Unavailable."""
        ...

    async def audit(self) -> tuple[StockAudit, ...]:
        """Both sides of the account of every SKU, at one moment, sorted by SKU."""
        ...
