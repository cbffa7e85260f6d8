"""Redis away: this process counts alone, nobody waits, and Redis counts again by itself when it is back."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from redis.asyncio import Redis

from gateway.throttle.memory import MemoryCounters
from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.redis_counters import RedisCounters
from gateway.throttle.standby import StandbyCounters
from services.infra.redis import connect, ping
from services.infra.redis_calls.reach import ANSWER_WITHIN, Reach
from services.infra.settings import RedisSettings
from tests.live.redis_node import RedisNode
from tests.throttle.contract import TIGHT, CountersContract


class Stood:
    """Counters with a Redis that may be broken, and what they tell."""

    def __init__(self, redis: Redis, patience: float = ANSWER_WITHIN) -> None:
        self._registry = CollectorRegistry()
        self.reach = Reach(partial(ping, redis), patience)
        self.counters = StandbyCounters(
            RedisCounters(redis), MemoryCounters(), ThrottleMetrics(self._registry), self.reach
        )

    def told(self, name: str) -> float:
        lines = generate_latest(self._registry).decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    async def until_shared(self) -> None:
        async with asyncio.timeout(10):
            while self.told("caravan_throttle_shared") != 1:
                await self.counters.pour("probe", 1, TIGHT)
                await asyncio.sleep(0.05)


@pytest.fixture
async def stood(redis_node: RedisNode) -> AsyncIterator[Stood]:
    client = connect(RedisSettings(url=redis_node.url))
    # Longer than a gateway has: a busy machine is no Redis that hangs.
    stood = Stood(client, patience=0.2)
    await stood.until_shared()
    yield stood
    await stood.reach.close()
    await client.aclose()


class TestWithRedis(CountersContract):
    @pytest.fixture
    def counters(self, redis: Redis) -> StandbyCounters:
        return Stood(redis, patience=10).counters


class TestWithoutRedis(CountersContract):
    @pytest.fixture
    async def counters(self) -> AsyncIterator[StandbyCounters]:
        client = connect(RedisSettings(url="redis://127.0.0.1:9"))
        stood = Stood(client)
        yield stood.counters
        await stood.reach.close()
        await client.aclose()


async def test_a_killed_redis_is_stood_in_for_and_goes_on_when_it_is_back(stood: Stood, redis_node: RedisNode) -> None:
    assert await stood.counters.pour("a", 100, TIGHT) == 0
    assert stood.told("caravan_throttle_shared") == 1
    redis_node.kill()
    assert await stood.counters.pour("a", 100, TIGHT) == 0
    assert await stood.counters.pour("a", 1, TIGHT) > 0
    assert stood.told("caravan_throttle_shared") == 0
    assert stood.told("caravan_throttle_stood_in_total") == 2
    redis_node.start()
    await stood.until_shared()
    assert await stood.counters.pour("b", 100, TIGHT) == 0
    assert await stood.counters.pour("b", 1, TIGHT) > 0


async def test_a_redis_that_hangs_holds_nobody_up(stood: Stood, redis_node: RedisNode) -> None:
    redis_node.freeze()
    started = time.monotonic()
    waits = await asyncio.gather(*(stood.counters.pour("a", 10, TIGHT) for _ in range(50)))
    assert time.monotonic() - started < 2
    assert waits.count(0) == 10
    started = time.monotonic()
    for _ in range(100):
        await stood.counters.pour("b", 1, TIGHT)
    assert time.monotonic() - started < 2
    redis_node.thaw()
    await stood.until_shared()
