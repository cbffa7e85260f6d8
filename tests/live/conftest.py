"""A gateway with sockets for each test; a Redis to break for those who want one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.live.house import House, opened
from tests.live.redis_node import RedisNode


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


@pytest.fixture
def redis_node(tmp_path: Path) -> Iterator[RedisNode]:
    node = RedisNode(tmp_path)
    node.start()
    yield node
    node.thaw()
    node.kill()
