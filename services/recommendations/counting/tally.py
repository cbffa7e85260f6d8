"""What orders come to in the counts. Pure: the same news in any order, once or often, end in the same counts.

All that is counted is whole and only ever added, so that taking an order back undoes exactly what it did.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from services.recommendations.counting.models import Changes, Mark, OrderNews, Tally
from services.recommendations.limits import PAIRED_SKUS
from services.recommendations.models import Sold
from services.shared.ids import derived_id
from services.shared.receipts import Outcome
from services.shared.standing_orders import StandingOrder
from services.shared.weeks import week_of

Key = TypeVar("Key")

TOLD = {
    (True, None): Outcome.APPLIED,
    (True, Mark.COUNTED): Outcome.DUPLICATE,
    (True, Mark.VOID): Outcome.SUPERSEDED,
    (False, None): Outcome.APPLIED,
    (False, Mark.COUNTED): Outcome.APPLIED,
    (False, Mark.VOID): Outcome.DUPLICATE,
}
"""The outcome of news of an order, by whether it stands and what was known of it."""


def tally(news: Sequence[OrderNews], marks: Mapping[str, Mark]) -> Tally:
    """What the news add to counts in which these orders have these marks already."""
    now = dict(marks)
    orders: dict[str, StandingOrder] = {}
    outcomes = []
    for each in news:
        order_id = each.order.order_id
        orders.setdefault(order_id, each.order)
        outcomes.append(TOLD[each.stands, now.get(order_id)])
        if not each.stands:
            now[order_id] = Mark.VOID
        elif order_id not in now:
            now[order_id] = Mark.COUNTED
    counted = tuple(order for key, order in orders.items() if key not in marks and now[key] is Mark.COUNTED)
    taken_back = tuple(key for key in orders if marks.get(key) is Mark.COUNTED and now[key] is Mark.VOID)
    return Tally(
        counted=counted,
        void=tuple(key for key in orders if key not in marks and now[key] is Mark.VOID),
        taken_back=taken_back,
        changes=changes_of((*((order, 1) for order in counted), *((orders[key], -1) for key in taken_back))),
        outcomes=tuple(outcomes),
    )


def changes_of(signed: Iterable[tuple[StandingOrder, int]]) -> Changes:
    """What these orders are in the counts, each with +1 or -1."""
    orders: Counter[tuple[str, int]] = Counter()
    units: Counter[tuple[str, int]] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for order, sign in signed:
        week = week_of(order.placed_at)
        for sku, count in units_of(order).items():
            orders[sku, week] += sign
            units[sku, week] += sign * count
        for pair in pairs_of(order):
            pairs[pair] += sign
    return Changes(
        sales={key: Sold(orders=orders[key], units=units[key]) for key in orders if orders[key] or units[key]},
        pairs=_without_zeros(pairs),
    )


def units_of(order: StandingOrder) -> Mapping[str, int]:
    """By SKU the units in the order, sorted."""
    units: Counter[str] = Counter()
    for line in sorted(order.lines, key=lambda line: line.sku):
        units[line.sku] += line.quantity
    return units


def pairs_of(order: StandingOrder) -> Iterator[tuple[str, str]]:
    """The pairs of the order's SKUs that are counted, the lesser first: all, or those of PAIRED_SKUS drawn SKUs."""
    skus = list(units_of(order))
    if len(skus) > PAIRED_SKUS:
        skus = sorted(sorted(skus, key=lambda sku: derived_id("pairs", order.order_id, sku))[:PAIRED_SKUS])
    return combinations(skus, 2)


def _without_zeros(counts: Counter[Key]) -> dict[Key, int]:
    return {key: count for key, count in counts.items() if count}
