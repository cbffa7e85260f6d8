"""What one more order costs to be counted, whatever was bought before it and whoever buys."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from bench.recommendations.field import Field
from bench.timings import Spread, spread_of
from services.recommendations.counting.models import OrderNews

ORDERS: Final = 300
WARM_UP: Final = 30
TOGETHER: Final = 50
"""Orders of one transaction, as a consumer counts them when many come at once."""

HEAVY: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCost:
    """Of orders that were counted one by one, by whom; `together` of those that were counted many at once.

    Attributes:
        history: orders that were counted before.
        buyer: "many customers", or "one customer" who has a hundredth of the history.
        milliseconds: of one order, one at a time.
        together: milliseconds of one order of many.
        cpu_milliseconds: of one order of one at a time, by process.
    """

    history: int
    buyer: str
    milliseconds: Spread
    together: float
    cpu_milliseconds: Mapping[str, float]


class Newcomers:
    """Orders that nobody has seen, of these customers in turn."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._numbers = count(field.history.orders)

    def next(self, customers: Sequence[int]) -> OrderNews:
        """The next one."""
        number = next(self._numbers)
        return OrderNews(order=self._field.history.order(number, customers[number % len(customers)]), stands=True)


async def order_costs(field: Field) -> list[OrderCost]:
    """Both kinds of buyers, one after the other."""
    new = Newcomers(field)
    everybody = range(1, field.history.customers)
    return [
        await _cost(field, new, "many customers", everybody),
        await _cost(field, new, "one customer", range(HEAVY, HEAVY + 1)),
    ]


async def _cost(field: Field, new: Newcomers, buyer: str, customers: Sequence[int]) -> OrderCost:
    await _counted(field, [[new.next(customers)] for _ in range(WARM_UP)])
    singles = [[new.next(customers)] for _ in range(ORDERS)]
    before = field.cpu_seconds("counting")
    alone = await _counted(field, singles)
    after = field.cpu_seconds("counting")
    batches = [[new.next(customers) for _ in range(TOGETHER)] for _ in range(ORDERS // TOGETHER)]
    together = await _counted(field, batches)
    return OrderCost(
        history=field.history.orders,
        buyer=buyer,
        milliseconds=spread_of(alone),
        together=1000 * sum(together) / len(together) / TOGETHER,
        cpu_milliseconds={name: 1000 * (after[name] - before[name]) / ORDERS for name in after},
    )


async def _counted(field: Field, batches: Sequence[Sequence[OrderNews]]) -> list[float]:
    """The seconds of each batch."""
    spent = []
    for batch in batches:
        started = time.perf_counter()
        await field.service.stores.counts.count(batch)
        spent.append(time.perf_counter() - started)
    return spent
