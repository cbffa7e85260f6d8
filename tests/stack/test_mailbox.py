"""The mailbox keeps every message before it is acknowledged, and `caravan mail` shows it."""

import io
import json
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from aiohttp import web
from rich.console import Console

from cli.errors import CommandFailed
from cli.mail import show_mail
from cli.stack.choices import PortChoice
from cli.stack.part import HOST
from cli.stack.ports import PortBook
from cli.stack.process.guard import Guard
from cli.stack.process.keeper import Keeper, Yard
from cli.stack.process.lock import lock_folder
from cli.stack.report import Reports
from cli.stack.servers.mail import MailServer
from cli.stack.site import Site
from cli.stack.tools import Tools
from services.infra.settings import Settings


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    """Our mailbox, as a stack runs it."""
    # No program is on this PATH, so that it is ours and not mailpit.
    site = Site(settings=Settings(), data=tmp_path, tools=Tools(path=""), ports=PortBook(choice=PortChoice.FREE))
    mail, guard = MailServer.at(site), Guard(lock_folder(tmp_path))
    await guard.start()
    keeper = Keeper(mail, Yard(guard=guard, logs=tmp_path / "logs", report=Reports(), changed=lambda: None))
    await keeper.start()
    yield mail
    await keeper.stop(5)
    await guard.stop()


async def send(address: str, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@caravan.example", "ann@caravan.example", subject
    message.set_content(text)
    host, _, port = address.rpartition(":")
    await aiosmtplib.send(
        message, hostname=host, port=int(port), recipients=["ann@caravan.example", "bob@caravan.example"]
    )


async def shown(mailbox: str, number: int | None) -> str:
    console = Console(file=io.StringIO(), width=200)
    assert await show_mail(mailbox, number, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_a_message_is_kept_when_it_is_acknowledged(server: MailServer) -> None:
    await send(server.address, "Order confirmed", "Thank you, Zoë.")
    kept = [path.read_bytes() for path in server.folder.glob("*.eml")]
    assert len(kept) == 1
    (line,) = (server.folder.parent / "logs" / "mail.log").read_text().splitlines()
    assert json.loads(line)["event"] == "kept a message"
    assert "@" not in line
    assert b"X-Envelope-To: ann@caravan.example, bob@caravan.example" in kept[0]


async def test_mail_lists_and_shows_in_the_order_of_arrival(server: MailServer) -> None:
    for number in range(1, 4):
        await send(server.address, f"Order {number}", f"This is letter {number}, Zoë.")
    listed = (await shown(server.mailbox, None)).splitlines()
    assert [line.split()[0] for line in listed[1:]] == ["1", "2", "3"]
    assert listed[2].rstrip().endswith("Order 2")
    assert "This is letter 2, Zoë." in await shown(server.mailbox, 2)


async def test_a_number_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no message 1: there are 0"):
        await show_mail(str(tmp_path), 1, Console())


async def test_a_mail_server_that_was_given_is_not_read() -> None:
    with pytest.raises(CommandFailed, match="given by address"):
        await show_mail("", None, Console())


@pytest.fixture
async def mailpit() -> AsyncIterator[str]:
    """A stand-in for mailpit's API, as far as `caravan mail` uses it: newest first."""
    letters = {
        "a1": {
            "Date": "2026-01-01T00:00:00Z",
            "From": {"Address": "s@x"},
            "To": [{"Address": "ann@x"}],
            "Subject": "Old",
        },
        "b2": {
            "Date": "2026-01-02T00:00:00Z",
            "From": {"Address": "s@x"},
            "To": [{"Address": "bob@x"}],
            "Subject": "New",
        },
    }

    async def listing(_: web.Request) -> web.Response:
        return web.json_response({"messages": [{"ID": key} for key in reversed(letters)]})

    async def letter(request: web.Request) -> web.Response:
        return web.json_response({**letters[request.match_info["id"]], "Text": "Hello\r\n"})

    app = web.Application()
    app.add_routes([web.get("/api/v1/messages", listing), web.get("/api/v1/message/{id}", letter)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield f"http://{HOST}:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_mailpits_messages_are_shown_oldest_first(mailpit: str) -> None:
    listed = (await shown(mailpit, None)).splitlines()
    assert [line.rstrip().rpartition(" ")[2] for line in listed[1:]] == ["Old", "New"]
    assert "Hello" in await shown(mailpit, 2)
