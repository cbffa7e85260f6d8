"""A recommended product as the schema shows it, and what is bought together with a product. Recommends nothing."""

import graphene

from gateway.context import Info, context_of
from gateway.offers import Offer, offers_of
from gateway.types.enums import shown
from services.recommendations.models import Rule
from services.shared.errors import Unavailable
from services.shared.pages import MAX_PAGE, checked_page_size

SPARE = 10
"""So many more than are shown are asked for: some cannot be bought at this moment."""

RecommendationRule = shown(Rule, name="RecommendationRule")


class Recommendation(graphene.ObjectType):
    """A product that can be bought now, and why somebody may like it."""

    product = graphene.Field("gateway.types.products.Product", required=True)
    score = graphene.Float(required=True)
    rule = graphene.Field(RecommendationRule, required=True)
    reason = graphene.String(required=True, description='For a person, e.g. "Often bought with Trail Shoe"')


async def bought_together(sku: str, info: Info, first: int) -> list[Offer]:
    """What can be bought of what others bought with it. Where somebody who must say so is away, nothing, and a gap."""
    context = context_of(info)
    loaders, wanted = context.loaders, checked_page_size(first)
    try:
        found = await loaders.bought_together.load((sku, min(wanted + SPARE, MAX_PAGE)))
        offers = await offers_of(found, loaders, wanted)
    except Unavailable as absence:
        context.note_gap(info.path, absence)
        return []
    context.served.update(offer.rule for offer in offers)
    return offers
