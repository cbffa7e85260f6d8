"""One Redis for all that only keep answers in it, and one of a test's own, to be frozen, filled and killed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from services.infra.redis import connect
from services.infra.settings import RedisSettings
from tests.live.redis_node import RedisNode


@pytest.fixture(scope="package")
def keeping_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisNode]:
    node = RedisNode(tmp_path_factory.mktemp("redis"))
    node.start()
    yield node
    node.kill()


@pytest.fixture
async def redis(keeping_redis: RedisNode) -> AsyncIterator[Redis]:
    """An empty one."""
    client = connect(RedisSettings(url=keeping_redis.url))
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def redis_node(tmp_path: Path) -> Iterator[RedisNode]:
    """One of a test's own."""
    node = RedisNode(tmp_path)
    node.start()
    yield node
    node.thaw()
    node.kill()


@pytest.fixture
async def own_redis(redis_node: RedisNode) -> AsyncIterator[Redis]:
    client = connect(RedisSettings(url=redis_node.url))
    yield client
    await client.aclose()
