"""Sends one kind of request by so many clients at a time, for a while, and says how it went. Knows no query."""

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from bench.timings import Spread, cpu_seconds, spread_of

Send = Callable[[], Coroutine[None, None, None]]
"""Sends one request and returns when all of the answer is there. Raises when the answer is not the expected one."""

WARM_UP = 1.0
"""Seconds before anything counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One load.

    Attributes:
        milliseconds: of a request, from before it is sent to the end of its answer.
        cpu_milliseconds: a request, by process.
    """

    name: str
    clients: int
    requests: int
    per_second: float
    milliseconds: Spread
    cpu_milliseconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is sent, by how many clients (each sends its next when it is answered), for how long."""

    name: str
    send: Send
    clients: int
    seconds: float


async def measured(load: Load, pids: Mapping[str, int]) -> Measured:
    """Warms up, then measures."""
    await _sent(load, WARM_UP)
    before, started = cpu_seconds(pids), time.perf_counter()
    durations = await _sent(load, load.seconds)
    took, after = time.perf_counter() - started, cpu_seconds(pids)
    return Measured(
        name=load.name,
        clients=load.clients,
        requests=len(durations),
        per_second=len(durations) / took,
        milliseconds=spread_of(durations),
        cpu_milliseconds={name: 1000 * (after[name] - before[name]) / len(durations) for name in pids},
    )


async def _sent(load: Load, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    durations: list[float] = []

    async def client() -> None:
        while (started := time.perf_counter()) < until:
            await load.send()
            durations.append(time.perf_counter() - started)

    await asyncio.gather(*(client() for _ in range(load.clients)))
    return durations


async def steadily(send: Send, per_second: float) -> None:
    """Sends at this rate, whatever becomes of the answers, until it is cancelled."""
    started = time.perf_counter()
    async with asyncio.TaskGroup() as sending:
        for number in itertools.count(1):
            sending.create_task(send())
            await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))
