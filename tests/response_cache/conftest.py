"""One Redis for all that only keep answers in it, and one of a test's own, to be frozen, filled and killed."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.infra.redis import connect
from services.infra.settings import RedisSettings
from tests.live.redis_node import RedisNode
from tests.support.redis import redis, redis_node, shared_redis

__all__ = ["own_redis", "redis", "redis_node", "shared_redis"]


@pytest.fixture
async def own_redis(redis_node: RedisNode) -> AsyncIterator[Redis]:
    client = connect(RedisSettings(url=redis_node.url))
    yield client
    await client.aclose()
