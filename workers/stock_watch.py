"""Looks now and then whether stock is as it must be, and tells it as metrics. Mends nothing.

Every process of inventory looks at the same database: of several the largest number counts, not the sum.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from prometheus_client import Gauge

from services.infra.pauses import set_within
from services.inventory.ports import StockStore
from services.inventory.records import StockFaults
from services.shared.errors import Unavailable

LOOK_EVERY: Final = 20.0
"""Seconds between two looks."""

LOOK_AT_ALL_EVERY: Final = 60.0
"""Seconds between two looks at all SKUs, not only at those that orders hold."""

SHARE: Final = 0.02
"""Of the time, at most, that a kind of look may take: at many SKUs it is done less often."""

OVERSOLD = Gauge("caravan_inventory_oversold_skus", "SKUs of which more is promised than there is")
DRIFTED = Gauge(
    "caravan_inventory_drifted_skus", "SKUs whose numbers do not add up, or whose reserved is not what orders hold"
)


class StockWatch:
    """`run` it as a task."""

    def __init__(self, store: StockStore) -> None:
        self._store = store
        self._held = self._all = StockFaults()

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set."""
        await asyncio.gather(
            _repeated(self.look_at_held, LOOK_EVERY, stop), _repeated(self.look_at_all, LOOK_AT_ALL_EVERY, stop)
        )

    async def look_at_held(self) -> None:
        """Raises Unavailable."""
        self._held = await self._store.faults_of_held()
        self._tell()

    async def look_at_all(self) -> None:
        """Raises Unavailable."""
        self._all = await self._store.faults()
        self._tell()

    def _tell(self) -> None:
        """The same SKU may be among both."""
        OVERSOLD.set(max(self._held.oversold, self._all.oversold))
        DRIFTED.set(max(self._held.drifted, self._all.drifted))


async def _repeated(look: Callable[[], Awaitable[None]], every: float, stop: asyncio.Event) -> None:
    now = asyncio.get_running_loop().time
    while not stop.is_set():
        began = now()
        with suppress(Unavailable):
            await look()
        await set_within(stop, max(every, (now() - began) / SHARE))
