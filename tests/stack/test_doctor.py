"""What the doctor says of a part that is ill, and of one that only waits for it; each line can be read by a person."""

import os
from collections.abc import AsyncIterator
from io import StringIO

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rich.console import Console

from cli.doctor.examine import examine
from cli.ready import Addresses
from cli.stack.checks import NotReady, Waits, check_http, check_mongo, check_redis, check_temporal, reason
from services.infra.settings import Settings

NOBODY = "127.0.0.1:1"
SERVICES = web.AppKey("services", list[str])
GATEWAY = web.AppKey("gateway", list[str])


@pytest.fixture
async def processes() -> AsyncIterator[TestServer]:
    """Two processes that answer `/readyz` as ours do; what they miss can be set."""

    async def services(request: web.Request) -> web.Response:
        return web.json_response({"ready": False, "missing": request.app[SERVICES]}, status=503)

    async def gateway(request: web.Request) -> web.Response:
        return web.json_response({"status": "not ready", "missing": request.app[GATEWAY]}, status=503)

    app = web.Application()
    app.router.add_get("/services/readyz", services)
    app.router.add_get("/gateway/readyz", gateway)
    app[SERVICES], app[GATEWAY] = ["temporal"], ["temporal", "orders"]
    server = TestServer(app)
    async with server:
        yield server


def addresses(server: TestServer, temporal: str = "") -> Addresses:
    url = str(server.make_url("/"))
    return Addresses(
        temporal=temporal,
        services=f"{url}services",
        gateway=f"{url}gateway",
        logs="/logs",
        pids={name: os.getpid() for name in ("services", "gateway", "temporal")},
    )


async def said_of(at: Addresses) -> dict[str, str]:
    """The doctor's lines, by the part's title."""
    told = StringIO()
    assert not await examine(at, Settings(), Console(file=told))
    return {line.split()[1]: line for line in told.getvalue().splitlines()}


async def test_one_that_waits_for_another_is_not_blamed(processes: TestServer) -> None:
    lines = await said_of(addresses(processes, temporal=NOBODY))
    assert lines["services"].endswith("  waits for temporal.")
    assert lines["gateway"].endswith("  waits for temporal, orders.")
    assert "kill" in lines["Temporal"]


async def test_one_that_waits_for_what_is_well_gets_advice(processes: TestServer) -> None:
    processes.app[SERVICES][:] = ["startup"]
    processes.app[GATEWAY][:] = ["orders"]
    lines = await said_of(addresses(processes))
    assert "is still starting. Its process" in lines["services"]
    assert "/logs/services.log" in lines["services"]
    assert lines["gateway"].endswith("  waits for orders.")


async def test_what_is_missing_is_read_from_the_answer(processes: TestServer) -> None:
    with pytest.raises(Waits) as waits:
        await check_http(str(processes.make_url("/gateway/readyz")))
    assert waits.value.missing == ("temporal", "orders")
    processes.app[GATEWAY][:] = []
    with pytest.raises(NotReady, match="/gateway/readyz answers 503"):
        await check_http(str(processes.make_url("/gateway/readyz")))
    with pytest.raises(NotReady, match="/else answers 404"):
        await check_http(str(processes.make_url("/else")))


async def test_a_drivers_dump_is_cut_to_its_first_clause() -> None:
    told = []
    for probe in (
        check_temporal(NOBODY, "default"),
        check_mongo(f"mongodb://{NOBODY}", "caravan_"),
        check_redis(f"redis://{NOBODY}"),
        check_http(f"http://{NOBODY}/readyz"),
    ):
        with pytest.raises(Exception) as failed:  # noqa: PT011 (whatever the driver raises)
            await probe
        told.append(reason(failed.value))
    assert told == [
        "Failed client connect: Server connection error",
        f"{NOBODY}: Connection refused",
        f"Error 111 connecting to {NOBODY}. Connect call failed",
        f"Cannot connect to host {NOBODY}",
    ]


def test_our_own_words_stay_whole() -> None:
    assert reason(NotReady("no namespace (yet): make it, Please: now")) == "no namespace (yet): make it, Please: now"


def test_a_failure_without_words_is_named_in_words() -> None:
    assert reason(ConnectionResetError()) == "connection reset error"
    assert reason(IsADirectoryError(21, "Is a directory", "/data")) == "Is a directory: /data"
