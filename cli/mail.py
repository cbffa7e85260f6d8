"""`caravan mail`: lists and shows the mail that a development stack has caught. Sends and deletes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from cli.errors import CommandFailed
from cli.stack.checks import reason

HTTP = ("http://", "https://")
AT_MOST = 1000
"""Messages that a list shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One caught message."""

    at: str
    sender: str
    recipients: str
    subject: str
    text: str


async def show_mail(mailbox: str, number: int | None, console: Console) -> bool:
    """Prints the list, oldest first, or the message of that number; raises CommandFailed when there is none."""
    if not mailbox:
        raise CommandFailed("The mail of this system goes to a server that was given by address: look there.")
    mails = await (_of_mailpit(mailbox) if mailbox.startswith(HTTP) else _of_folder(Path(mailbox)))
    if number is None:
        _list(mails, console)
        return True
    if not 1 <= number <= len(mails):
        raise CommandFailed(f"There is no message {number}: there are {len(mails)}. `caravan mail` lists them.")
    one = mails[number - 1]
    head = f"Date:    {one.at}\nFrom:    {one.sender}\nTo:      {one.recipients}\nSubject: {one.subject}\n"
    console.print(f"{head}\n{one.text}", markup=False, highlight=False, soft_wrap=True)
    return True


def _list(mails: Sequence[Mail], console: Console) -> None:
    if not mails:
        console.print("No mail yet.")
        return
    table = Table("#", "at", "to", "subject", box=None)
    for number, one in enumerate(mails, 1):
        table.add_row(str(number), one.at, one.recipients, one.subject)
    console.print(table)


async def _of_folder(folder: Path) -> Sequence[Mail]:
    return [_read(path) for path in sorted(folder.glob("*.eml"))]  # noqa: ASYNC240 (a command with nothing else to do)


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return Mail(
        at=str(message["X-Received-At"]),
        sender=str(message["X-Envelope-From"]),
        recipients=str(message["X-Envelope-To"]),
        subject=str(message["Subject"] or ""),
        text=_text(message),
    )


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return str(body.get_content()).rstrip() if body else ""


async def _of_mailpit(url: str) -> Sequence[Mail]:
    try:
        async with aiohttp.ClientSession(url, raise_for_status=True) as http:
            async with http.get("/api/v1/messages", params={"limit": AT_MOST}) as answer:
                listed = (await answer.json())["messages"]
            return [await _one_of_mailpit(http, summary["ID"]) for summary in reversed(listed)]
    except aiohttp.ClientError as failure:
        raise CommandFailed(f"mailpit at {url} does not answer as expected: {reason(failure)}.") from failure
    except KeyError as failure:
        raise CommandFailed(f"mailpit at {url} does not answer as expected: it leaves out {failure}.") from failure


async def _one_of_mailpit(http: aiohttp.ClientSession, identifier: str) -> Mail:
    async with http.get(f"/api/v1/message/{identifier}") as answer:
        known: dict[str, Any] = await answer.json()
    return Mail(
        at=known["Date"],
        sender=known["From"]["Address"],
        recipients=", ".join(to["Address"] for to in known["To"] or ()),
        subject=known["Subject"],
        text=known["Text"].rstrip(),
    )
