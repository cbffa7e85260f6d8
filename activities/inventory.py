"""Inventory's steps. No rule here: unwrap, call the service."""

from dataclasses import dataclass

from temporalio import activity

from activities.origin import origin
from services.inventory.models import ExpiredHolds, HoldStock, OpenStock, Reservation, StockItem
from services.inventory.ports import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOfOrder:
    """Names the one hold of an order."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireHolds:
    """The wish to release at most `limit` holds past their deadline."""

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindStock:
    """The wish to know stock by SKUs."""

    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InStock:
    """Those of the wished SKUs of which something is left, in no order."""

    skus: tuple[str, ...]


class InventoryActivities:
    """What workflows may ask of inventory; runs on queue `inventory`."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    @activity.defn(name="inventory.hold_stock")
    async def hold_stock(self, command: HoldStock) -> Reservation:
        """Every line or none. Refuses with OUT_OF_STOCK, RESERVATION_EXPIRED."""
        return await self._inventory.hold_stock(command, origin())

    @activity.defn(name="inventory.commit_hold")
    async def commit_hold(self, command: HoldOfOrder) -> Reservation:
        """Takes the goods out of stock. Refuses with RESERVATION_EXPIRED."""
        return await self._inventory.commit_hold(command.order_id, origin())

    @activity.defn(name="inventory.release_hold")
    async def release_hold(self, command: HoldOfOrder) -> Reservation:
        """Gives back whatever the order has, held or committed."""
        return await self._inventory.release_hold(command.order_id, origin())

    @activity.defn(name="inventory.expire_holds")
    async def expire_holds(self, command: ExpireHolds) -> ExpiredHolds:
        """Releases what outlived its deadline."""
        return await self._inventory.expire_holds(command.limit, origin())

    @activity.defn(name="inventory.open_stock")
    async def open_stock(self, command: OpenStock) -> StockItem:
        """The stock item of a new SKU, repeatable. Refuses with INVALID."""
        return await self._inventory.open_stock(command, origin())

    @activity.defn(name="inventory.find_stock")
    async def find_stock(self, wish: FindStock) -> tuple[StockItem, ...]:
        """What there is of those that have any stock on record, in no order."""
        return await self._inventory.stock_of(wish.skus)

    @activity.defn(name="inventory.find_in_stock")
    async def find_in_stock(self, wish: FindStock) -> InStock:
        """Of which something is left, without how much."""
        return InStock(skus=tuple(item.sku for item in await self._inventory.stock_of(wish.skus) if item.available > 0))
