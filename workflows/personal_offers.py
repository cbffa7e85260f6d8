"""What is offered to whom: recommended by one service, on sale by another's word, in stock by a third's, this moment.

Which of it each reader is told of is a pure rule's matter (`recommendations`).
"""

import asyncio
from typing import Final

from activities.catalog import FindProducts
from activities.inventory import FindStock
from services.notifications.offers.models import GiveOffers, ListUntold
from services.notifications.weekly.models import Offer
from services.recommendations.refreshing.models import RecommendTo
from workflows import steps
from workflows.campaign_course import Span
from workflows.placement import perform
from workflows.recommendations import candidates_of, chosen_of

LOOKED_AT: Final = 15
"""Of a reader's recommendations: some of them cannot be had any more."""


async def give_offers(campaign_id: str, span: Span, colocated: tuple[str, ...]) -> None:
    """Each message of the span that waits offers its reader what can be had now."""
    wish = ListUntold(campaign_id=campaign_id, first=span.start, until=span.end)
    untold = (await perform(steps.LIST_UNTOLD, wish, colocated)).user_ids
    if not untold:
        return
    wanted = await perform(steps.RECOMMEND_TO, RecommendTo(user_ids=untold, limit=LOOKED_AT), colocated)
    offers = await can_be_had(candidates_of(wanted), colocated)
    chosen = chosen_of(untold, wanted, [offer.sku for offer in offers])
    command = GiveOffers(campaign_id=campaign_id, offers=offers, chosen=chosen)
    await perform(steps.GIVE_OFFERS, command, colocated)


async def can_be_had(skus: tuple[str, ...], colocated: tuple[str, ...]) -> tuple[Offer, ...]:
    """Those that are on sale and in stock, in the order of the SKUs."""
    if not skus:
        return ()
    on_sale, in_stock = await asyncio.gather(
        perform(steps.FIND_ON_SALE, FindProducts(skus=skus), colocated),
        perform(steps.FIND_IN_STOCK, FindStock(skus=skus), colocated),
    )
    products, left = {product.sku: product for product in on_sale.products}, set(in_stock.skus)
    return tuple(
        Offer(sku=sku, name=products[sku].name, price=products[sku].price)
        for sku in skus
        if sku in products and sku in left
    )
