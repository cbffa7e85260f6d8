"""TRENDING: what the whole shop buys, recent orders counting most. Pure."""

from typing import Final

from services.recommendations.models import Basis, Shop

RECENT_WEEKS: Final = 4


def basis_of(shop: Shop, sku: str) -> Basis:
    """The orders of the last weeks, the one that has begun included."""
    weeks = shop.sales[sku].weeks
    return Basis(orders=sum(sold.orders for week, sold in weeks.items() if week > shop.now - RECENT_WEEKS - 1))
