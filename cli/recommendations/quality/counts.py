"""Counts of a history in memory, made by the very code that writes them in MongoDB, for a history too long for the
double of tests: pairs are kept as one number each.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from cli.recommendations.quality.pairs import PairCounts
from cli.recommendations.quality.split import Exam
from services.recommendations.counting.models import Changes
from services.recommendations.counting.tally import changes_of, units_of
from services.recommendations.models import Partners, Purchases, Sales, Shop, Sold
from services.shared.standing_orders import StandingOrder
from services.shared.weeks import week_of, weeks_until

AT_ONCE: Final = 2000
"""Orders whose changes are in memory at the same time."""


class HistoryCounts:
    """What the rules read, of the orders of an exam."""

    def __init__(self, exam: Exam) -> None:
        self._sales: defaultdict[str, dict[int, Sold]] = defaultdict(dict)
        self._purchases: defaultdict[str, dict[str, dict[int, int]]] = defaultdict(dict)
        pairs = PairCounts(sorted(product.sku for product in exam.products))
        for start in range(0, len(exam.known), AT_ONCE):
            changes = changes_of((order, 1) for order in exam.known[start : start + AT_ONCE])
            self._add(changes, exam.known[start : start + AT_ONCE])
            pairs.add(changes.pairs)
        self._partners = pairs.partners()
        self.shop = Shop(
            now=weeks_until(exam.now),
            products={product.sku: product for product in exam.products},
            sales={sku: Sales(sku=sku, total=_sum(weeks.values()), weeks=weeks) for sku, weeks in self._sales.items()},
        )

    def purchases_of(self, user_id: str) -> Purchases:
        """See `CountReader.purchases_of`."""
        return self._purchases.get(user_id, {})

    def partners_of(self, skus: Iterable[str]) -> Partners:
        """See `CountReader.partners_of`."""
        return {sku: found for sku in skus if (found := self._partners(sku))}

    def _add(self, changes: Changes, orders: Iterable[StandingOrder]) -> None:
        for (sku, week), sold in changes.sales.items():
            self._sales[sku][week] = _sum((self._sales[sku].get(week, Sold()), sold))
        for order in orders:
            week = week_of(order.placed_at)
            for sku in units_of(order):
                weeks = self._purchases[order.customer_id].setdefault(sku, {})
                weeks[week] = weeks.get(week, 0) + 1


def _sum(sold: Iterable[Sold]) -> Sold:
    some = list(sold)
    return Sold(orders=sum(each.orders for each in some), units=sum(each.units for each in some))
