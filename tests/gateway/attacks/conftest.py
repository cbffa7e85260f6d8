"""The session's stack as a target."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from cli.ready import Addresses
from tests.gateway.attacks.target import Target


@pytest.fixture
async def target(servers: Addresses) -> AsyncIterator[Target]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as http:
        yield Target(servers.gateway, servers.pids["gateway"], http)
