"""`python -m gateway` as a process: it starts with nothing around it, says what is missing, and ends cleanly."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path

import aiohttp
import pytest

from services.infra.settings import CONTEXTS
from tests.support.mongo import free_port
from tests.workers.temporal_node import TemporalNode

READY_WITHIN = 30
ASIDE = {"deadletters", "notifications", "recommendations"}
"""Without these a shopper buys all the same."""
QUERY = {"query": "{ products { pageInfo { hasNextPage } } }"}


@asynccontextmanager
async def gateway(services: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A gateway whose services are all at that address, and Temporal nowhere."""
    port = free_port()
    environment = os.environ | {
        "CARAVAN_GATEWAY__PORT": str(port),
        "CARAVAN_TEMPORAL__ADDRESS": f"127.0.0.1:{free_port()}",
        **{f"CARAVAN_SERVICES__{name.upper()}": services for name in CONTEXTS},
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "gateway", env=environment)
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_alive(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while True:
            try:
                async with session.get(f"{url}/healthz") as response:
                    assert response.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_it_starts_without_anything_and_names_all_that_is_missing(session: aiohttp.ClientSession) -> None:
    async with gateway(f"http://127.0.0.1:{free_port()}") as (url, process):
        await until_alive(session, url)
        async with session.get(f"{url}/readyz") as response:
            assert response.status == 503
            assert set((await response.json())["missing"]) == {"temporal", *CONTEXTS} - ASIDE
        async with session.post(f"{url}/graphql", json=QUERY) as response:
            answer = await response.json()
        assert answer["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        assert answer["extensions"]["cost"]["requestedQueryCost"] > 1
        for extra in ({}, {"connection": "close"}):
            await asyncio.to_thread(ten_megabytes_are_answered, url, extra)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0


def ten_megabytes_are_answered(url: str, extra: dict[str, str]) -> None:
    """A client that sends all before it listens hears why, over a real socket too."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request("POST", "/graphql", b"x" * 10_000_000, {"content-type": "application/json"} | extra)
        response = connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read())["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    finally:
        connection.close()


async def test_a_request_that_is_being_answered_is_answered_before_the_end(session: aiohttp.ClientSession) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await may_answer.wait()
        body = b'{"edges": [], "has_next": true, "has_previous": false}'
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        writer.write(head + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    async with server, gateway(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as (url, process):
        await until_alive(session, url)
        request = asyncio.create_task(session.post(f"{url}/graphql", json=QUERY).__aenter__())
        await asked.wait()
        process.send_signal(signal.SIGTERM)
        await until_refused(session, url)
        may_answer.set()
        response = await request
        assert (await response.json())["data"] == {"products": {"pageInfo": {"hasNextPage": True}}}
        assert await asyncio.wait_for(process.wait(), 15) == 0


async def until_refused(session: aiohttp.ClientSession, url: str) -> None:
    """Waits until the process takes no new connection."""
    headers = {"connection": "close"}
    async with asyncio.timeout(READY_WITHIN):
        while True:
            try:
                async with session.get(f"{url}/healthz", headers=headers):
                    await asyncio.sleep(0.05)
            except aiohttp.ClientConnectionError:
                return


ASK_TWICE = """
import asyncio, gc, sys
from datetime import timedelta
from temporalio.service import RPCError
from gateway.composition import engine
from services.infra.settings import TemporalSettings
from services.infra.telemetry import configure_logging

async def ask(client):
    try:
        await client.get_workflow_handle("order/x").describe(rpc_timeout=timedelta(seconds=4))
    except RPCError as failure:
        print(failure.status.name, flush=True)

async def ask_twice():
    client = await engine(TemporalSettings(address=sys.argv[1]))
    await ask(client)
    await asyncio.to_thread(sys.stdin.readline)
    await ask(client)

configure_logging("INFO", "gateway")
asyncio.run(ask_twice())
gc.collect()
"""


async def test_when_the_engine_goes_away_its_sdk_writes_no_plain_text_into_the_log(tmp_path: Path) -> None:
    """Unless it is told otherwise, it warns of a call that it has tried five times."""
    node = TemporalNode(tmp_path)
    await asyncio.to_thread(node.start)
    try:
        pipe = asyncio.subprocess.PIPE
        asking = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", ASK_TWICE, node.address), stdin=pipe, stdout=pipe, stderr=pipe
        )
        assert asking.stdout
        assert await asyncio.wait_for(asking.stdout.readline(), READY_WITHIN) == b"NOT_FOUND\n"
    finally:
        node.kill()
    out, err = await asyncio.wait_for(asking.communicate(b"go on\n"), READY_WITHIN)
    told = (out + err).decode().splitlines()
    assert [line for line in told if not line.startswith("{")] in (
        ["UNAVAILABLE"],
        ["CANCELLED"],
        ["DEADLINE_EXCEEDED"],
    )
