"""Reads of what is watched, from the services that own it: many at once, for all who watch. Asks for nobody's leave:
who may watch what was decided before.
"""

import asyncio
from collections.abc import Sequence

from gateway.context import LARGEST_BATCH
from gateway.live.states import OrderState, StockState
from services.inventory.ports import Inventory
from services.orders.ports import Orders
from services.payments.models import Payment
from services.payments.ports import Payments
from services.shared.errors import Unavailable


class OrderReads:
    """Orders with their payments."""

    def __init__(self, orders: Orders, payments: Payments) -> None:
        self._orders = orders
        self._payments = payments

    async def __call__(self, ids: Sequence[str]) -> list[OrderState]:
        """Without payments where those cannot be read. Raises Unavailable."""
        return [state for part in await asyncio.gather(*map(self._part, _parts(ids))) for state in part]

    async def _part(self, ids: Sequence[str]) -> list[OrderState]:
        # The payment first: an order's state is never older than the payment that is shown beside it.
        payments = await self._payments_of(ids)
        return [
            OrderState(order=order, payment=(payments or {}).get(order.id), payment_known=payments is not None)
            for order in await self._orders.orders_by_id(ids)
        ]

    async def _payments_of(self, ids: Sequence[str]) -> dict[str, Payment] | None:
        try:
            return {payment.order_id: payment for payment in await self._payments.payments_of(ids)}
        except Unavailable:
            return None


class StockReads:
    """Items of stock."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def __call__(self, ids: Sequence[str]) -> list[StockState]:
        """Raises Unavailable."""
        parts = await asyncio.gather(*(self._inventory.stock_of(part) for part in _parts(ids)))
        return [StockState(item=item) for part in parts for item in part]


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + LARGEST_BATCH] for start in range(0, len(ids), LARGEST_BATCH)]
