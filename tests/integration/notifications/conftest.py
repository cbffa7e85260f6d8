"""One stack for these tests, whose mail server is a scripted one of each test; without a test it is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.events.effects import opened_books
from tests.integration.notifications.desk import Desk
from tests.integration.shop import broken_invariants, opened_shop
from tests.support.mongo import free_port
from tests.support.smtp_server import ScriptedSmtp
from tests.support.stack import Stack, launch

PROBE_SECONDS = "3"
CLAIM_SECONDS = "3"
OWNERS = ("ops", "admin")
WELCOMED_WITHIN = 60.0


@pytest.fixture(scope="package")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="package")
def own_stack(tmp_path_factory: pytest.TempPathFactory, mail_port: int) -> Iterator[Stack]:
    environment = {
        "CARAVAN_SMTP__URL": f"smtp://127.0.0.1:{mail_port}",
        "CARAVAN_NOTIFICATIONS__PROBE_SECONDS": PROBE_SECONDS,
        "CARAVAN_NOTIFICATIONS__CLAIM_SECONDS": CLAIM_SECONDS,
    }
    running = launch(tmp_path_factory.mktemp("mail"), environment=environment)
    try:
        asyncio.run(_ready(running, mail_port))
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


async def _ready(running: Stack, port: int) -> None:
    """A stack does not start without its mail server; who runs the shop is welcomed."""
    server = ScriptedSmtp()
    server.port = port
    await server.start()
    await asyncio.to_thread(running.wait_until_ready)
    await server.until(lambda: len(server.taken) >= len(OWNERS), WELCOMED_WITHIN)
    await server.stop()


@pytest.fixture
async def desk(own_stack: Stack, mail_port: int) -> AsyncIterator[Desk]:
    """A shop, what is known of its messages, and the mail server; afterwards all that always holds must hold."""
    at = own_stack.addresses()
    server = ScriptedSmtp()
    server.port = mail_port
    await server.start()
    try:
        async with opened_shop(at) as shop, opened_books(at) as books:
            yield Desk(stack=own_stack, shop=shop, database=books.of("notifications"), server=server)
            assert await broken_invariants(at) == {}
    finally:
        await server.stop()
