"""Stock that is not as it must be is told while it is so."""

import asyncio
from dataclasses import replace

from prometheus_client import REGISTRY

from services.inventory.memory import MemoryStockStore
from tests.inventory.makers import ORIGIN, a_hold, a_service, opened
from workers.stock_watch import StockWatch


def told() -> tuple[float | None, float | None]:
    names = ("caravan_inventory_oversold_skus", "caravan_inventory_drifted_skus")
    oversold, drifted = (REGISTRY.get_sample_value(name) for name in names)
    return oversold, drifted


async def look(store: MemoryStockStore) -> None:
    """One look of a process that is told to stop meanwhile."""
    stop = asyncio.Event()
    watching = asyncio.create_task(StockWatch(store).run(stop))
    await asyncio.sleep(0)
    stop.set()
    await watching


async def test_a_planted_oversell_is_told_until_it_is_mended() -> None:
    store = MemoryStockStore()
    await (await opened(a_service(store), LAMP=3, ROPE=3)).hold_stock(a_hold("o1", LAMP=2), ORIGIN)
    await look(store)
    assert told() == (0, 0)
    sound = store.stock["LAMP"]
    store.stock["LAMP"] = replace(sound, on_hand=1, reserved=0, available=1)
    await look(store)
    assert told() == (1, 1)
    store.stock["LAMP"] = sound
    await look(store)
    assert told() == (0, 0)
