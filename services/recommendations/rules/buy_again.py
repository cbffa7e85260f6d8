"""BUY_AGAIN: what a user buys often and has bought of late. Pure."""

from collections.abc import Mapping

from services.recommendations.models import Basis, Purchases
from services.recommendations.rules.market import decayed

Habits = Mapping[str, float]
"""By SKU the user's orders with it, decayed."""


def habits_of(purchases: Purchases, now: float, half_life: float) -> Habits:
    """The strength of each habit; an order of this week counts one."""
    return {sku: decayed(weeks.items(), now, half_life) for sku, weeks in purchases.items()}


def strongest(habits: Habits, most: int) -> tuple[str, ...]:
    """The SKUs of the strongest habits, strongest first; of equal ones by SKU."""
    return tuple(sorted(habits, key=lambda sku: (-habits[sku], sku))[:most])


def basis_of(purchases: Purchases, sku: str) -> Basis:
    """How often it was bought."""
    return Basis(orders=sum(purchases[sku].values()))
