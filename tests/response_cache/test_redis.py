"""Answers kept in Redis keep the contract, for all gateways together, and end by themselves."""

import pytest
from redis.asyncio import Redis

from services.infra.redis_calls.scripts import RedisScripts
from services.infra.response_cache.redis_store import RedisResponses, StoreRules
from services.shared.ids import SortableIds
from tests.response_cache.contract import LARGEST, LEASED_FOR, ResponseStoreContract


def responses(redis: Redis) -> RedisResponses:
    return RedisResponses(RedisScripts(redis), SortableIds(), StoreRules(leased_for=LEASED_FOR, largest=LARGEST))


class TestRedis(ResponseStoreContract):
    @pytest.fixture
    def store(self, redis: Redis) -> RedisResponses:
        return responses(redis)
