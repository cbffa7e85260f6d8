"""Inventory's face on its ports: checks what comes in and runs it through the group commit.

The rules of stock are in `requests` and `deliveries`; no transport, no database here.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from services.inventory.batches import MOST, Batches
from services.inventory.deliveries import Adjust, Open
from services.inventory.ledger import Ledger
from services.inventory.listing import cursor_of, version_before
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
from services.inventory.ports import ReservationWatch, StockStore
from services.inventory.records import Books, Changes, Scope
from services.inventory.requests import Commit, Expire, Hold, Release, Request
from services.shared.actors import Actor
from services.shared.clock import Clock
from services.shared.errors import Forbidden, Invalid, Refused
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.shared.pages import checked_page_size, page_of
from services.shared.text import checked_label, checked_sku, checked_text, is_sku

MOST_LINES = 100
MOST_OF_A_LINE = 1000
LARGEST_DELTA = 1_000_000
LONGEST_ID = 200
LONGEST_HOLD = 86400
LARGEST_SWEEP = 1000


class InventoryService:
    """Implements the Inventory port. One a process, so that all its requests share the group commit."""

    def __init__(
        self,
        store: StockStore,
        clock: Clock,
        ids: IdFactory,
        *,
        batch: int = MOST,
        watch: ReservationWatch | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._watch = watch
        self._batches = Batches(self.apply, batch)

    async def open_stock(self, command: OpenStock, origin: Origin) -> StockItem:
        checked_sku(command.sku, ("sku",))
        if not 0 <= command.quantity <= LARGEST_DELTA:
            raise Invalid(f"must be 0 to {LARGEST_DELTA}", ("quantity",))
        return await self._batches.submit(Open(command=command, origin=origin))

    async def stock_of(self, skus: Sequence[str]) -> tuple[StockItem, ...]:
        return await self._store.items(sorted({sku for sku in skus if is_sku(sku)}))

    async def adjust_stock(self, command: AdjustStock, actor: Actor, origin: Origin) -> StockItem:
        _check_runs_the_shop(actor)
        checked_text(command.adjustment_id, ("adjustmentId",), most=LONGEST_ID)
        checked_sku(command.sku, ("sku",))
        checked_label(command.reason, ("reason",), most=200)
        if command.delta == 0 or abs(command.delta) > LARGEST_DELTA:
            raise Invalid(f"must be -{LARGEST_DELTA} to {LARGEST_DELTA} and not 0", ("delta",))
        return await self._batches.submit(Adjust(command=command, actor_id=actor.user_id, origin=origin))

    async def stock_adjustments(self, query: AdjustmentQuery, actor: Actor) -> AdjustmentPage:
        _check_runs_the_shop(actor)
        checked_sku(query.sku, ("sku",))
        first = checked_page_size(query.first)
        return page_of(await self._store.ledger(query.sku, version_before(query), first + 1), query, cursor_of)

    async def hold_stock(self, command: HoldStock, origin: Origin) -> Reservation:
        _check_order_id(command.order_id)
        _check_lines(command)
        if not 1 <= command.ttl_seconds <= LONGEST_HOLD:
            raise Invalid(f"must be 1 to {LONGEST_HOLD} seconds", ("ttlSeconds",))
        return await self._batches.submit(Hold(command=command, origin=origin))

    async def commit_hold(self, order_id: str, origin: Origin) -> Reservation:
        _check_order_id(order_id)
        return await self._batches.submit(Commit(order_id=order_id, origin=origin))

    async def release_hold(self, order_id: str, origin: Origin) -> Reservation:
        _check_order_id(order_id)
        return await self._batches.submit(Release(order_id=order_id, origin=origin))

    async def expire_holds(self, limit: int, origin: Origin) -> ExpiredHolds:
        if not 1 <= limit <= LARGEST_SWEEP:
            raise Invalid(f"must be 1 to {LARGEST_SWEEP}", ("limit",))
        overdue = await self._store.overdue(self._clock.now(), limit + 1)
        expired = await asyncio.gather(
            *(self._batches.submit(Expire(order_id=order_id, sweep=origin)) for order_id in overdue[:limit])
        )
        return ExpiredHolds(count=sum(expired), more=len(overdue) > limit)

    async def apply(self, requests: Sequence[Request[Any]]) -> list[object]:
        """Decides the requests in their order and writes all they change in one transaction.

        Returns:
            each one's result, or its Refused.
        """

        def decide(books: Books) -> tuple[Changes, tuple[Changes, list[object]]]:
            ledger = Ledger(books, self._clock.now(), self._ids)
            outcomes = [_outcome(request, ledger) for request in requests]
            changes = ledger.changes()
            return changes, (changes, outcomes)

        written, outcomes = await self._store.change(Scope.union(request.scope for request in requests), decide)
        self._tell(written)
        return outcomes

    def _tell(self, written: Changes) -> None:
        if self._watch is None:
            return
        for change in written.reservations:
            reservation = change.record.reservation
            if reservation.lines:
                self._watch.came_into(reservation.state)


def _outcome(request: Request[object], ledger: Ledger) -> object:
    try:
        return request.decide(ledger)
    except Refused as refusal:
        return refusal


def _check_runs_the_shop(actor: Actor) -> None:
    if not actor.runs_the_shop:
        raise Forbidden


def _check_order_id(order_id: str) -> None:
    checked_text(order_id, ("orderId",), most=LONGEST_ID)


def _check_lines(command: HoldStock) -> None:
    if not 1 <= len(command.lines) <= MOST_LINES:
        raise Invalid(f"must be 1 to {MOST_LINES} lines", ("lines",))
    seen: set[str] = set()
    for index, line in enumerate(command.lines):
        path = ("lines", str(index))
        checked_sku(line.sku, (*path, "sku"))
        if line.sku in seen:
            raise Invalid("this SKU is in another line already", (*path, "sku"))
        seen.add(line.sku)
        if not 1 <= line.quantity <= MOST_OF_A_LINE:
            raise Invalid(f"must be 1 to {MOST_OF_A_LINE}", (*path, "quantity"))
