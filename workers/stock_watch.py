"""Looks now and then whether stock is as it must be, and tells it as metrics. Mends nothing.

Every process of inventory looks at the same database: of several the largest number counts, not the sum.
"""

import asyncio
from contextlib import suppress
from typing import Final

from prometheus_client import Gauge

from services.infra.pauses import set_within
from services.inventory.ports import StockStore
from services.inventory.records import StockFaults
from services.shared.errors import Unavailable

LOOK_EVERY: Final = 20.0
"""Seconds between two looks."""

SHARE: Final = 0.02
"""Of the time, at most, that looking may take: at many SKUs it is done less often."""

OVERSOLD = Gauge("caravan_inventory_oversold_skus", "SKUs of which more is promised than there is")
DRIFTED = Gauge(
    "caravan_inventory_drifted_skus", "SKUs whose numbers do not add up, or whose reserved is not what orders hold"
)


class StockWatch:
    """`run` it as a task."""

    def __init__(self, store: StockStore) -> None:
        self._store = store

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set."""
        now = asyncio.get_running_loop().time
        while not stop.is_set():
            began = now()
            with suppress(Unavailable):
                self.tell(await self._store.faults())
            await set_within(stop, max(LOOK_EVERY, (now() - began) / SHARE))

    def tell(self, faults: StockFaults) -> None:
        """Shows these numbers."""
        OVERSOLD.set(faults.oversold)
        DRIFTED.set(faults.drifted)
