"""What is suggested to whom, as a test says it: the face of recommendations, without counts behind it."""

from collections.abc import Iterable, Mapping, Sequence

from services.recommendations.models import Basis, Recommendation, Rule
from services.shared.actors import Actor
from services.shared.errors import Invalid
from services.shared.pages import checked_page_size

MOST_SKUS = 200


class Suggestions:
    """Implements the Recommendations port.

    Attributes:
        trending: what is suggested to everybody who has no list of their own.
        personal: lists of users, by id.
        together: what is bought with a SKU.
    """

    def __init__(self) -> None:
        self.trending: tuple[Recommendation, ...] = ()
        self.personal: dict[str, tuple[Recommendation, ...]] = {}
        self.together: dict[str, tuple[Recommendation, ...]] = {}

    async def recommendations_of(self, actor: Actor | None, limit: int) -> tuple[Recommendation, ...]:
        found = self.trending if actor is None else self.personal.get(actor.user_id, self.trending)
        return found[: checked_page_size(limit)]

    async def bought_together(self, skus: Sequence[str], limit: int) -> Mapping[str, tuple[Recommendation, ...]]:
        if len(skus) > MOST_SKUS:
            raise Invalid("too many", ("skus",))
        return {sku: self.together[sku][: checked_page_size(limit)] for sku in skus if sku in self.together}


def suggested(
    skus: Iterable[str], rule: Rule = Rule.TRENDING, reason: str = "Popular now"
) -> tuple[Recommendation, ...]:
    """These, best first."""
    return tuple(
        Recommendation(sku=sku, score=1 / rank, rule=rule, basis=Basis(orders=3), reason=reason)
        for rank, sku in enumerate(skus, start=1)
    )
