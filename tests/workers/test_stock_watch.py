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


async def until_told(oversold: int, drifted: int) -> None:
    async with asyncio.timeout(5):
        while True:
            if told() == (oversold, drifted):
                return
            await asyncio.sleep(0)


async def test_a_planted_oversell_is_told_until_it_is_mended() -> None:
    store = MemoryStockStore()
    await (await opened(a_service(store), LAMP=3, ROPE=3)).hold_stock(a_hold("o1", LAMP=2), ORIGIN)
    watch, stop = StockWatch(store), asyncio.Event()
    sound = store.stock["LAMP"]
    store.stock["LAMP"] = replace(sound, on_hand=1, reserved=0, available=1)
    running = asyncio.create_task(watch.run(stop))
    await until_told(1, 1)
    stop.set()
    await running
    store.stock["LAMP"] = sound
    await watch.look_at_held()
    assert told() == (1, 1), "a look at all has not found it mended yet"
    await watch.look_at_all()
    assert told() == (0, 0)


async def test_what_is_reserved_for_nobody_is_found_by_a_look_at_all() -> None:
    store = MemoryStockStore()
    await opened(a_service(store), ROPE=3)
    store.stock["ROPE"] = replace(store.stock["ROPE"], reserved=1, available=2)
    watch = StockWatch(store)
    await watch.look_at_held()
    assert told() == (0, 0)
    await watch.look_at_all()
    assert told() == (0, 1)
