"""A shop's past, made up: orders of many customers by a law that is the same in every run. Stores nothing.

A hundredth of all orders are one customer's. Products are bought unevenly, as in every shop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from services.recommendations.models import ShelfProduct
from services.shared.standing_orders import StandingLine, StandingOrder

PRODUCTS: Final = 2000
CATEGORIES: Final = 20
LINES: Final = 3
WEEKS: Final = 52
ORDERS_OF_ONE: Final = 10
HEAVY: Final = 100
"""One of so many orders is of the customer who buys all the time."""

STEEPNESS: Final = 2.5
"""Of the law by which products are bought: the share of the first tenth of them is 0.1 ** (1 / 2.5), two fifths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """So many orders of the year before `until`, of so many products."""

    orders: int
    until: datetime
    products: int = PRODUCTS

    @property
    def customers(self) -> int:
        """Customer 0 buys all the time, the others evenly."""
        return self.orders // ORDERS_OF_ONE

    def orders_of(self, customer: int) -> Iterator[StandingOrder]:
        """All orders of one of them."""
        heavy = self.orders // HEAVY
        rest, others = self.orders - heavy, self.customers - 1
        first = heavy + (customer - 1) * rest // others if customer else 0
        last = heavy + customer * rest // others
        return (self.order(number, customer) for number in range(first, last))

    def order(self, number: int, customer: int) -> StandingOrder:
        """The order of that number: one that is in the history, or a later one, which is of this year too."""
        lots = Random(number)  # noqa: S311 (a load, no secret)
        placed_at = self.until - timedelta(weeks=lots.random() * WEEKS)
        skus = {sku_of(int(self.products * lots.random() ** STEEPNESS)) for _ in range(LINES)}
        return StandingOrder(
            order_id=f"{number:032x}",
            customer_id=customer_id(customer),
            placed_at=placed_at.replace(microsecond=0),
            lines=tuple(StandingLine(sku=sku, quantity=lots.randint(1, 3)) for sku in sorted(skus)),
        )

    def shelf(self) -> Iterator[ShelfProduct]:
        """All that there is to buy."""
        for number in range(self.products):
            kinds = (category_of(number),)
            yield ShelfProduct(sku=sku_of(number), name=f"Product {number}", categories=kinds, active=True, version=1)


def category_of(number: int) -> str:
    """Of the product of that number."""
    return f"category-{number % CATEGORIES}"


def customer_id(customer: int) -> str:
    """As long as a user's id is."""
    return f"c{customer:031x}"


def sku_of(number: int) -> str:
    """Of the product of that number."""
    return f"SKU-{number:05d}"
