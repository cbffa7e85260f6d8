"""Counts in Redis, for all gateways together: each step is one script there, by Redis' own clock. Keeps nothing."""

from typing import Final

from redis.asyncio import Redis

from gateway.throttle.ports import Bucket, Pace
from services.infra.redis import unavailable_when_away
from services.infra.redis_calls.scripts import RedisScripts, Script

MICRO: Final = 1_000_000

NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
"""

POUR: Final = Script(f"""{NOW}
local points, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local level = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + points
local wait = level - now - size
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', level), 'PX', math.ceil((level - now) / 1000) + 1)
return 0
""")
"""The generic cell rate algorithm. A bucket is kept as the microsecond in which it will be empty."""

DRAW: Final = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECRBY', KEYS[1], ARGV[1]) end
""")

COUNT_TRY: Final = Script(f"""{NOW}
local free, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tries', 'until')
local wait = tonumber(kept[2] or 0) - now
if wait > 0 then return wait end
local tries = tonumber(kept[1] or 0) + 1
local beyond, delay = tries - free + 1, 0
if beyond > 0 then delay = math.min(2 ^ math.min(beyond - 1, 30) * 1000000, longest) end
redis.call('HSET', KEYS[1], 'tries', tries, 'until', string.format('%.0f', now + delay))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 0
""")

UNCOUNT_TRY: Final = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then
  if redis.call('HINCRBY', KEYS[1], 'tries', -1) < 0 then redis.call('HSET', KEYS[1], 'tries', 0) end
  redis.call('HDEL', KEYS[1], 'until')
end
""")


class RedisCounters:
    """Offers `ports.Counters`. Every method raises Unavailable when Redis does not answer as it should."""

    def __init__(self, redis: Redis, scripts: RedisScripts | None = None) -> None:
        self._redis = redis
        self._scripts = scripts or RedisScripts(redis)

    async def pour(self, key: str, points: float, bucket: Bucket) -> float:
        size = _micros(bucket.size / bucket.leak)
        args = (_micros(min(points, bucket.size) / bucket.leak), size)
        return int(await self._scripts.run(POUR, (key,), args)) / MICRO

    async def draw(self, key: str, points: float, bucket: Bucket) -> None:
        await self._scripts.run(DRAW, (key,), (_micros(min(points, bucket.size) / bucket.leak),))

    async def count_try(self, key: str, pace: Pace) -> float:
        args = (pace.free, _micros(pace.longest), int(pace.remembered * 1000))
        return int(await self._scripts.run(COUNT_TRY, (key,), args)) / MICRO

    async def uncount_try(self, key: str) -> None:
        await self._scripts.run(UNCOUNT_TRY, (key,), ())

    async def forget(self, key: str) -> None:
        with unavailable_when_away():
            await self._redis.delete(key)

    async def remember(self, key: str, seconds: float) -> None:
        with unavailable_when_away():
            await self._redis.set(key, 1, px=int(seconds * 1000))

    async def remembers(self, key: str) -> bool:
        with unavailable_when_away():
            return bool(await self._redis.exists(key))


def _micros(seconds: float) -> int:
    return round(seconds * MICRO)
