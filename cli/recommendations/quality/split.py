"""What is known, and what is asked: the history up to a week, and the four weeks after it. Seeds are fixed; pure.

As others have measured on this data: products that 20 households have bought, users who had bought anything before,
6,000 baskets of two products and more in which one is hidden, everything ranked.
"""

import random  # noqa: TID251 - seeded: the same draws each time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cli.recommendations.quality.baskets import Basket, History
from services.recommendations.models import ShelfProduct
from services.shared.standing_orders import StandingOrder

LAST_WEEK: Final = 49
"""The last week that is known."""

WEEKS_ASKED: Final = 4
LEAST_HOUSEHOLDS: Final = 20
BASKETS: Final = 6000
SEED: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A basket without one of its products."""

    basket: tuple[str, ...]
    hidden: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What is known, and the answers.

    Attributes:
        now: the moment of the last known order.
        next: by user the products that he bought in the weeks asked.
        before: by user the products that he had bought before; empty for who had bought rare ones only.
    """

    now: datetime
    products: tuple[ShelfProduct, ...]
    known: tuple[StandingOrder, ...]
    next: Mapping[str, frozenset[str]]
    before: Mapping[str, frozenset[str]]
    hidden: tuple[Hidden, ...]


def exam_of(history: History, last_week: int = LAST_WEEK, baskets: int = BASKETS) -> Exam:
    """The history, cut after this week."""
    before = [each for each in history.baskets if each.week <= last_week]
    after = [each for each in history.baskets if last_week < each.week <= last_week + WEEKS_ASKED]
    users = {each.order.customer_id for each in before}
    kept = _kept(before)
    known = _of(before, kept)
    asked = [order for order in _of(after, kept) if order.customer_id in users]
    bought = _bought(known)
    return Exam(
        now=known[-1].placed_at,
        products=tuple(product for product in history.products if product.sku in kept),
        known=known,
        next=(answers := _bought(asked)),
        before={user: bought.get(user, frozenset()) for user in answers},
        hidden=_hidden(asked, baskets),
    )


def _kept(baskets: Iterable[Basket]) -> frozenset[str]:
    buyers: defaultdict[str, set[str]] = defaultdict(set)
    for each in baskets:
        for line in each.order.lines:
            buyers[line.sku].add(each.order.customer_id)
    return frozenset(sku for sku, users in buyers.items() if len(users) >= LEAST_HOUSEHOLDS)


def _of(baskets: Iterable[Basket], kept: frozenset[str]) -> tuple[StandingOrder, ...]:
    """The orders with what is left of their lines."""
    left = (replace(each.order, lines=tuple(line for line in each.order.lines if line.sku in kept)) for each in baskets)
    return tuple(order for order in left if order.lines)


def _bought(orders: Iterable[StandingOrder]) -> Mapping[str, frozenset[str]]:
    bought: defaultdict[str, set[str]] = defaultdict(set)
    for order in orders:
        bought[order.customer_id].update(line.sku for line in order.lines)
    return {user: frozenset(bought[user]) for user in sorted(bought)}


def _hidden(orders: Sequence[StandingOrder], count: int) -> tuple[Hidden, ...]:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    baskets = [sorted({line.sku for line in order.lines}) for order in orders]
    asked = chance.sample([basket for basket in baskets if len(basket) > 1], count)
    places = [chance.randrange(len(basket)) for basket in asked]
    return tuple(
        Hidden(basket=(*basket[:place], *basket[place + 1 :]), hidden=basket[place])
        for basket, place in zip(asked, places, strict=True)
    )
