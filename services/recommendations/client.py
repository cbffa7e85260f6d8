"""Recommendations for another process: their face over internal HTTP. Adds no rule."""

from collections.abc import Mapping, Sequence

from services.infra.http import Caller
from services.recommendations.models import Recommendation
from services.shared.actors import Actor


class RecommendationsClient:
    """Implements the Recommendations port; raises what the service raises, and Unavailable when it does not answer."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def recommendations_of(self, actor: Actor | None, limit: int) -> tuple[Recommendation, ...]:
        found: tuple[Recommendation, ...] = await self._caller.call("recommendations_of", actor=actor, limit=limit)
        return found

    async def bought_together(self, skus: Sequence[str], limit: int) -> Mapping[str, tuple[Recommendation, ...]]:
        found: Mapping[str, tuple[Recommendation, ...]] = await self._caller.call(
            "bought_together", skus=skus, limit=limit
        )
        return found
