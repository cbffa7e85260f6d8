"""The part of the composition root that builds what the gateway does in Redis: it counts there, and keeps answers.

All of it shares trips, and one judgement of whether Redis is within reach.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from redis.asyncio import Redis

from gateway.caching.engine import CachedResponses, Surroundings
from gateway.caching.ports import ResponseCache
from gateway.throttle.memory import MemoryCounters
from gateway.throttle.metrics import ThrottleMetrics
from gateway.throttle.ports import Counters
from gateway.throttle.redis_counters import RedisCounters
from gateway.throttle.standby import StandbyCounters
from services.infra.metrics.pools import PoolMetrics
from services.infra.redis import CONNECTIONS, DEPENDENCY, connect, ping
from services.infra.redis_calls.reach import Reach
from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache.guarded import GuardedResponses
from services.infra.response_cache.near import NearResponses
from services.infra.response_cache.redis_store import RedisResponses
from services.infra.settings import RedisSettings
from services.shared.ids import IdFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRedis:
    """One Redis, as all of a gateway use it."""

    redis: Redis
    scripts: RedisScripts
    reach: Reach

    async def close(self) -> None:
        """Hangs up."""
        await self.reach.close()
        await self.redis.aclose()


def shared_redis(settings: RedisSettings, pools: PoolMetrics) -> SharedRedis:
    """Connects to nothing yet."""
    redis = connect(settings, pools.pool(DEPENDENCY, CONNECTIONS))
    return SharedRedis(
        redis=redis, scripts=RedisScripts(redis), reach=Reach(partial(ping, redis), settings.answer_within)
    )


def counters_in(shared: SharedRedis, metrics: ThrottleMetrics) -> Counters:
    """Counts that all gateways share, and this one's own while Redis is away."""
    return StandbyCounters(RedisCounters(shared.redis, shared.scripts), MemoryCounters(), metrics, shared.reach)


def responses_in(shared: SharedRedis, ids: IdFactory, chance: Callable[[], float]) -> ResponseCache:
    """Answers that all gateways share, with the bodies that this process has given last in its own memory.

    `chance` gives numbers from 0 to 1, 1 left out.
    """
    kept = NearResponses(RedisResponses(shared.scripts, ids))
    return CachedResponses(GuardedResponses(kept, shared.reach), Surroundings(chance=chance))
