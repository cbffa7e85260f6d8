"""Inventory's face from another process: each operation as one internal call. No rule here."""

from collections.abc import Sequence
from typing import cast

from services.infra.http import Caller
from services.inventory.models import (
    AdjustmentPage,
    AdjustmentQuery,
    AdjustStock,
    ExpiredHolds,
    HoldStock,
    OpenStock,
    Reservation,
    StockItem,
)
from services.shared.actors import Actor
from services.shared.events import Origin


class InventoryClient:
    """Implements the Inventory port; raises what the service raises, and Unavailable when it does not answer."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def open_stock(self, command: OpenStock, origin: Origin) -> StockItem:
        return cast("StockItem", await self._caller.call("open_stock", command=command, origin=origin))

    async def stock_of(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        return cast("tuple[StockItem, ...]", await self._caller.call("stock_of", skus=skus))

    async def adjust_stock(self, command: AdjustStock, actor: Actor, origin: Origin) -> StockItem:
        return cast("StockItem", await self._caller.call("adjust_stock", command=command, actor=actor, origin=origin))

    async def stock_adjustments(self, query: AdjustmentQuery, actor: Actor) -> AdjustmentPage:
        return cast("AdjustmentPage", await self._caller.call("stock_adjustments", query=query, actor=actor))

    async def hold_stock(self, command: HoldStock, origin: Origin) -> Reservation:
        return cast("Reservation", await self._caller.call("hold_stock", command=command, origin=origin))

    async def commit_hold(self, order_id: str, origin: Origin) -> Reservation:
        return cast("Reservation", await self._caller.call("commit_hold", order_id=order_id, origin=origin))

    async def release_hold(self, order_id: str, origin: Origin) -> Reservation:
        return cast("Reservation", await self._caller.call("release_hold", order_id=order_id, origin=origin))

    async def expire_holds(self, limit: int, origin: Origin) -> ExpiredHolds:
        return cast("ExpiredHolds", await self._caller.call("expire_holds", limit=limit, origin=origin))
