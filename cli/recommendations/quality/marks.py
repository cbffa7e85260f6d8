"""What a way of recommending reaches in an exam: a mark for each user or basket, their mean and its interval.

Asks the rules as they serve, with the counts that they would read. Draws with fixed seeds.
"""

import random  # noqa: TID251 - seeded: the same draws each time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean
from typing import Final, Protocol

from cli.recommendations.quality.counts import HistoryCounts
from cli.recommendations.quality.split import Exam, Hidden
from services.recommendations.models import Ranked
from services.recommendations.rules.recommender import Recommender

SHOWN: Final = 10
"""Items that are looked at, of everything that is ranked."""

DRAWS: Final = 1000
SEED: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """A mean of 0 to 1, and where it lies in 95 of 100 draws of as many users or baskets."""

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The three questions: what is bought next, what new is bought next, what else is in the basket.

    Attributes:
        offered: different products among all that was shown for the first two questions.
    """

    next: Marks
    new: Marks
    basket: Marks
    offered: int


class Way(Protocol):
    """A way of recommending: SKUs, best first."""

    def for_user(self, user_id: str) -> Iterable[str]:
        """What he buys next, products that he has bought included; enough of others for SHOWN of them."""
        ...

    def for_basket(self, basket: tuple[str, ...]) -> Iterable[str]:
        """What goes with it."""
        ...


class Served:
    """The rules that serve."""

    def __init__(self, counts: HistoryCounts, recommender: Recommender) -> None:
        self._counts = counts
        self._rules = recommender
        self._trending = tuple(_skus(recommender.trending(counts.shop)))

    def for_user(self, user_id: str) -> Iterable[str]:
        """See `Way.for_user`; what is trending behind the list, as the service shows it."""
        shop, purchases = self._counts.shop, self._counts.purchases_of(user_id)
        partners = self._counts.partners_of(self._rules.anchors_of(shop, purchases))
        yield from _skus(self._rules.recommend(shop, purchases, partners))
        yield from self._trending

    def for_basket(self, basket: tuple[str, ...]) -> Iterable[str]:
        """See `Way.for_basket`."""
        shop = self._counts.shop
        yield from _skus(self._rules.completing(shop, basket, self._counts.partners_of(basket)))


def result_of(exam: Exam, way: Way, users: Sequence[str], baskets: Sequence[Hidden]) -> Result:
    """Asks for these of the exam's users and baskets."""
    shown = {user: list(dict.fromkeys(way.for_user(user))) for user in users}
    first = {user: skus[:SHOWN] for user, skus in shown.items()}
    new = {user: [sku for sku in skus if sku not in exam.before[user]][:SHOWN] for user, skus in shown.items()}
    return Result(
        next=marks_of([_precision(first[user], exam.next[user]) for user in users]),
        new=marks_of([_precision(new[user], exam.next[user]) for user in users]),
        basket=marks_of([float(_is_found(way, each)) for each in baskets]),
        offered=len({sku for lists in (first, new) for skus in lists.values() for sku in skus}),
    )


def marks_of(marks: Sequence[float]) -> Marks:
    """Their mean, with a bootstrap interval."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    means = sorted(fmean(chance.choices(marks, k=len(marks))) for _ in range(DRAWS))
    tail = DRAWS // 40
    return Marks(mean=fmean(marks), low=means[tail], high=means[-tail - 1], count=len(marks))


def _precision(shown: Sequence[str], bought: frozenset[str]) -> float:
    return sum(sku in bought for sku in shown) / SHOWN


def _is_found(way: Way, asked: Hidden) -> bool:
    return asked.hidden in islice(way.for_basket(asked.basket), SHOWN)


def _skus(items: Iterable[Ranked]) -> Iterable[str]:
    return (item.sku for item in items)
