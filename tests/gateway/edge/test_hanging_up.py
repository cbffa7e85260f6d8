"""Over a real connection, behind uvicorn: a client that hangs up ends its query."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from gateway.web.transport.connections import TimedHttp
from tests.gateway.edge.test_deadlines import CASES, PATIENCE, hang
from tests.gateway.world import World
from tests.support.mongo import free_port


@asynccontextmanager
async def served(world: World) -> AsyncIterator[int]:
    """The port of the world's gateway, behind uvicorn."""
    port = free_port()
    config = uvicorn.Config(
        world.wire.app, port=port, log_config=None, access_log=False, http=TimedHttp, lifespan="off"
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield port
    finally:
        await server.shutdown()


@pytest.mark.parametrize(("service", "operation", "query"), CASES[:2])
async def test_a_client_that_hangs_up_ends_its_query(
    world: World, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, query: str
) -> None:
    hanging = hang(monkeypatch, getattr(world.backends, service), operation)
    async with served(world) as port, asyncio.timeout(PATIENCE):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        body = json.dumps({"query": query}).encode()
        lines = ("POST /graphql HTTP/1.1", "host: x", "content-type: application/json", f"content-length: {len(body)}")
        head = "\r\n".join((*lines, "", ""))
        writer.write(head.encode() + body)
        await hanging.asked.wait()
        assert not hanging.cancelled.is_set()
        writer.close()
        await hanging.cancelled.wait()
