"""A closed crowd: so many clients, each starts its next order as soon as it has the early answer. Knows no server."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from bench.timings import Run, Stopwatch, run_of

PlaceOne = Callable[[], Awaitable["asyncio.Future[Stopwatch]"]]
"""Places an order and returns at the early answer, with what will tell the order's moments once it is finished."""


async def measure(place_one: PlaceOne, clients: int, orders: int) -> Run:
    """Places `orders` orders by `clients` at a time, and waits until the last is finished."""
    numbers = itertools.count()
    finishing: list[asyncio.Future[Stopwatch]] = []

    async def client() -> None:
        while next(numbers) < orders:
            finishing.append(await place_one())

    await asyncio.gather(*(client() for _ in range(clients)))
    return run_of(clients, await asyncio.gather(*finishing))
