"""Redis for tests: one that tests share, each of which finds it empty, and one of a test's own. Decides nothing."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from services.infra.redis import connect
from services.infra.settings import RedisSettings
from tests.live.redis_node import RedisNode

__all__ = ["redis", "redis_node", "shared_redis"]


@pytest.fixture(scope="package")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisNode]:
    node = RedisNode(tmp_path_factory.mktemp("redis"))
    node.start()
    yield node
    node.kill()


@pytest.fixture
async def redis(shared_redis: RedisNode) -> AsyncIterator[Redis]:
    """An empty one."""
    client = connect(RedisSettings(url=shared_redis.url))
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def redis_node(tmp_path: Path) -> Iterator[RedisNode]:
    """One of a test's own, to be frozen and killed."""
    node = RedisNode(tmp_path)
    node.start()
    yield node
    node.thaw()
    node.kill()
