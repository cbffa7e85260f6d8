"""The diversity cap: how much of one kind a list has. Pure."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from services.recommendations.models import Rule
from services.recommendations.rules.policy import Policy
from services.recommendations.rules.scoring import Scored


def capped(
    ranked: Sequence[Scored], category_of: Callable[[str], str], policy: Policy, most: int
) -> tuple[Scored, ...]:
    """The first `most`, in their order but for those that wait: of `page` items in a row at most `most_of_category`
    have one category, as long as there are others. What has no category is never held back.
    """
    left = list(_without_surplus(ranked, policy))
    taken: list[Scored] = []
    window: deque[str] = deque(maxlen=policy.page - 1)
    while left and len(taken) < most:
        counts = Counter(window)
        place = next((at for at, each in enumerate(left) if counts[category_of(each.sku)] < policy.most_of_category), 0)
        taken.append(left.pop(place))
        window.append(category_of(taken[-1].sku))
    return tuple(taken)


def _without_surplus(ranked: Iterable[Scored], policy: Policy) -> Iterator[Scored]:
    """Without what is bought again beyond `most_of_rule`."""
    again = 0
    for scored in ranked:
        again += scored.rule is Rule.BUY_AGAIN
        if scored.rule is not Rule.BUY_AGAIN or again <= policy.most_of_rule:
            yield scored
