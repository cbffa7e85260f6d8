"""What is recommended to whoever asks. Ranks nothing: the service does; leaves out what cannot be bought now."""

from typing import Final

import graphene

from gateway.context import Info, context_of
from gateway.offers import Offer, offers_of
from gateway.types.common import listed
from gateway.types.recommendations import Recommendation
from services.shared.pages import MAX_PAGE, checked_page_size

DEFAULT_NUMBER: Final = 10
SPARE: Final = 20
"""So many more than are shown are asked for at first; all there is where even these are not enough."""


class RecommendationQueries(graphene.ObjectType):
    """What to buy next."""

    recommendations = listed(
        Recommendation,
        description=(
            "Personal for a signed-in user, what is trending for an anonymous one; never something out of stock"
        ),
        first=graphene.Int(default_value=DEFAULT_NUMBER),
    )

    @staticmethod
    async def resolve_recommendations(_root: object, info: Info, first: int | None = None) -> list[Offer]:
        """Best first."""
        context = context_of(info)
        wanted = checked_page_size(DEFAULT_NUMBER if first is None else first)
        offers: list[Offer] = []
        for asked in sorted({min(wanted + SPARE, MAX_PAGE), MAX_PAGE}):
            found = await context.backends.recommendations.recommendations_of(context.viewer, asked)
            offers = await offers_of(found, context.loaders, wanted)
            if len(offers) == wanted or len(found) < asked:
                break
        context.served.update(offer.rule for offer in offers)
        return offers
