"""Of what is recommended, what can be bought at this moment: on sale and in stock, as the owners say. Ranks nothing.

What recommends knows both from events, a little later; a shopper is shown nothing that cannot be had.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.context import Loaders
from services.catalog.models import Product
from services.recommendations.models import Recommendation, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product that is recommended and can be bought. `reason` is for a person."""

    product: Product
    score: float
    rule: Rule
    reason: str


async def offers_of(found: Sequence[Recommendation], loaders: Loaders, most: int) -> list[Offer]:
    """The first `most` of them that can be bought, in their order; of any number two batched reads.

    Raises:
        Unavailable: catalogue or inventory do not answer, so that nothing is known to be there.
    """
    skus = [each.sku for each in found]
    products, stock = await asyncio.gather(loaders.product_by_sku.load_many(skus), loaders.stock.load_many(skus))
    offers = [
        Offer(product=product, score=each.score, rule=each.rule, reason=each.reason)
        for each, product, item in zip(found, products, stock, strict=True)
        if product is not None and product.active and item is not None and item.available > 0
    ]
    return offers[:most]
