"""One Redis for all that only count in it."""

from tests.support.redis import redis, redis_node, shared_redis

__all__ = ["redis", "redis_node", "shared_redis"]
