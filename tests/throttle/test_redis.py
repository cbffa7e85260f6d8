"""Counts in Redis keep the contract, end by themselves, and say so when Redis is away."""

from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from gateway.throttle.redis_counters import RedisCounters
from services.infra.redis import connect
from services.infra.settings import RedisSettings
from services.shared.errors import Unavailable
from tests.live.house import NO_REDIS
from tests.throttle.contract import PACE, QUICK, TIGHT, CountersContract

STEPS: dict[str, Callable[[RedisCounters], Awaitable[object]]] = {
    "pour": lambda counters: counters.pour("a", 1, TIGHT),
    "draw": lambda counters: counters.draw("a", 1, TIGHT),
    "count_try": lambda counters: counters.count_try("a", PACE),
    "uncount_try": lambda counters: counters.uncount_try("a"),
    "forget": lambda counters: counters.forget("a"),
    "remember": lambda counters: counters.remember("a", 1),
    "remembers": lambda counters: counters.remembers("a"),
}


class TestRedisCounters(CountersContract):
    @pytest.fixture
    def counters(self, redis: Redis) -> RedisCounters:
        return RedisCounters(redis)


async def test_two_gateways_count_together(redis: Redis) -> None:
    first, second = RedisCounters(redis), RedisCounters(redis)
    assert await first.pour("a", 60, TIGHT) == 0
    assert await second.pour("a", 60, TIGHT) > 0


async def test_every_key_ends_by_itself(redis: Redis) -> None:
    counters = RedisCounters(redis)
    await counters.pour("bucket", 10, TIGHT)
    await counters.draw("bucket", 1, TIGHT)
    await counters.pour("quick", 10, QUICK)
    for _ in range(5):
        await counters.count_try("tries", PACE)
    await counters.uncount_try("tries")
    await counters.remember("place", 60)
    await counters.draw("nothing", 1, TIGHT)
    await counters.uncount_try("nothing")
    keys = await redis.keys("*")
    assert {b"bucket", b"tries", b"place"} <= set(keys) <= {b"bucket", b"tries", b"place", b"quick"}
    for key in keys:
        assert await redis.pttl(key) != -1


@pytest.mark.parametrize("step", STEPS)
async def test_it_says_that_redis_is_away(step: str) -> None:
    client = connect(RedisSettings(url=NO_REDIS))
    with pytest.raises(Unavailable):
        await STEPS[step](RedisCounters(client))
    await client.aclose()


async def test_a_key_that_holds_something_else_is_no_crash(redis: Redis) -> None:
    await redis.lpush("a", "what another program wrote")
    with pytest.raises(Unavailable):
        await RedisCounters(redis).pour("a", 1, TIGHT)
