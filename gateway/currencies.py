"""Which currency each SKU is sold in, remembered for a minute: lines of two currencies are refused before they start.

It prices nothing and decides on no product: what it does not know is left to the workflow.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from services.catalog.ports import Catalog
from services.shared.clock import Clock

KEPT_FOR: Final = timedelta(seconds=60)
MOST_KEPT: Final = 10_000
"""SKUs; those that nobody asked for lately are forgotten first."""


class Currencies:
    """Asks the catalogue once for what it does not remember."""

    def __init__(self, catalog: Catalog, clock: Clock, most: int = MOST_KEPT) -> None:
        self._catalog = catalog
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    async def first_other(self, skus: Sequence[str]) -> int | None:
        """The place of the first SKU that is not sold in the first one's currency.

        None when there is none, or when one of them is not on sale: then that is what is wrong with them.

        Raises:
            Unavailable: the catalogue does not answer.
        """
        if _first_other(skus, await self._currencies(skus)) is None:
            return None
        # A refusal rests on what is so now: a product may have got another currency within the minute.
        return _first_other(skus, await self._asked(skus))

    async def _currencies(self, skus: Sequence[str]) -> Mapping[str, str]:
        now = self._clock.now()
        known = {sku: kept[0] for sku in skus if (kept := self._kept.get(sku)) and now < kept[1]}
        for sku in known:
            self._kept.move_to_end(sku)
        missing = [sku for sku in skus if sku not in known]
        return known | await self._asked(missing) if missing else known

    async def _asked(self, skus: Sequence[str]) -> dict[str, str]:
        products = await self._catalog.products_by_sku(skus)
        found = {product.sku: product.price.currency for product in products if product.active}
        until = self._clock.now() + KEPT_FOR
        for sku, currency in found.items():
            self._kept[sku] = (currency, until)
            self._kept.move_to_end(sku)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found


def _first_other(skus: Sequence[str], currencies: Mapping[str, str]) -> int | None:
    if any(sku not in currencies for sku in skus):
        return None
    others = (index for index, sku in enumerate(skus) if currencies[sku] != currencies[skus[0]])
    return next(others, None)
