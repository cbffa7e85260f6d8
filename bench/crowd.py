"""A closed crowd: so many clients, each places its next order when it has heard of the one before. Knows no server."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bench.timings import Run, Stopwatch, run_of

PlaceOne = Callable[[], Awaitable["asyncio.Future[Stopwatch]"]]
"""Places an order and returns at the early answer, with what will tell the order's moments once it is finished."""


class NextOrder(StrEnum):
    """When a client places its next order: at the early answer, or when it knows that the order is finished."""

    ANSWERED = "answered"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many orders, by so many clients at a time."""

    clients: int
    orders: int
    next_order: NextOrder = NextOrder.ANSWERED


async def measure(place_one: PlaceOne, load: Load) -> Run:
    """Places all orders of the load, and waits until the last is finished."""
    numbers = itertools.count()
    finishing: list[asyncio.Future[Stopwatch]] = []

    async def client() -> None:
        while next(numbers) < load.orders:
            finished = await place_one()
            finishing.append(finished)
            if load.next_order is NextOrder.FINISHED:
                await finished

    await asyncio.gather(*(client() for _ in range(load.clients)))
    return run_of(load.clients, await asyncio.gather(*finishing))
