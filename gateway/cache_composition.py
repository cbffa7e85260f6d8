"""The part of the composition root that builds the response cache: where answers are kept, and under which names."""

import random  # noqa: TID251 (which answers are made anew a little earlier, and which are checked)
from dataclasses import dataclass

from graphql import GraphQLSchema
from redis.asyncio import Redis

from gateway.caching.engine import CachedResponses, Surroundings
from gateway.caching.keys import AnswerKeys
from gateway.caching.metrics import CacheMetrics
from gateway.caching.ports import ResponseCache
from gateway.caching.serving import CachedAnswers
from gateway.caching.shadow import Shadow
from gateway.throttle.ports import Counters
from services.infra.redis import unavailable_when_away
from services.infra.redis_calls.reach import Reach
from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache.guarded import GuardedResponses
from services.infra.response_cache.near import NearResponses
from services.infra.response_cache.redis_store import RedisResponses
from services.infra.settings import Settings
from services.shared.ids import IdFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the gateway counts and keeps answers, where that is not Redis."""

    counters: Counters | None = None
    responses: ResponseCache | None = None


def cached_of(
    settings: Settings, schema: GraphQLSchema, cache: ResponseCache, metrics: CacheMetrics
) -> CachedAnswers | None:
    """None where answers are not to be kept. Connects to nothing yet."""
    if not settings.cache.enabled:
        return None
    return CachedAnswers(
        schema=schema,
        cache=cache,
        keys=AnswerKeys(settings.identity.private_key, schema),
        settings=settings.cache,
        shadow=Shadow(cache, settings.cache.checked, metrics, random.random),
        metrics=metrics,
    )


def redis_responses(redis: Redis, ids: IdFactory) -> ResponseCache:
    """Answers in Redis, with the bodies that this process has given last in its own memory."""

    async def ping() -> None:
        with unavailable_when_away():
            await redis.ping()

    store = GuardedResponses(RedisResponses(RedisScripts(redis), ids), Reach(ping))
    return CachedResponses(NearResponses(store), Surroundings(chance=random.random))
