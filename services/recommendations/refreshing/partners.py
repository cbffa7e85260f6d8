"""Who was bought with whom, as all lists of one job are made of it. Decides nothing; not for what is shown."""

from collections.abc import Sequence
from typing import Final

from services.recommendations.models import Partner, Partners
from services.recommendations.ports import CountReader
from services.shared.recent import Recent

MOST_PRODUCTS: Final = 5000
"""Of which partners are kept, of the latest job only."""


class PartnersOfJob:
    """Reads a product's partners once a job; without a job, as the counts have them."""

    def __init__(self, counts: CountReader) -> None:
        self._counts = counts
        self._job: str | None = None
        self._kept: Recent[tuple[Partner, ...]] = Recent(MOST_PRODUCTS)

    async def of(self, skus: Sequence[str], job: str | None) -> Partners:
        """See `CountReader.partners_of`. Raises Unavailable."""
        if job is None:
            return await self._counts.partners_of(skus)
        if job != self._job:
            self._job, self._kept = job, Recent(MOST_PRODUCTS)
        kept = self._kept
        known = {sku: found for sku in skus if (found := kept.look(sku)) is not None}
        if missing := [sku for sku in skus if sku not in known]:
            read = await self._counts.partners_of(missing)
            for sku in missing:
                known[sku] = read.get(sku, ())
                kept.keep(sku, known[sku])
        return {sku: found for sku, found in known.items() if found}
