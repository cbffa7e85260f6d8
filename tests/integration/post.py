"""The mail that a running stack has sent, as its readers find it in the stack's mailbox. Knows no service."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from cli.ready import Addresses
from tests.integration.shop import PATIENCE

LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail."""

    to: str
    subject: str
    message_id: str
    text: str


class Post:
    """The mailbox; every file is read once."""

    def __init__(self, addresses: Addresses) -> None:
        self._folder = Path(addresses.mailbox)
        self._read: dict[str, Letter] = {}

    def to(self, address: str) -> Sequence[Letter]:
        """What somebody got so far, in the order in which it came."""
        for path in sorted(self._folder.glob("*.eml")):
            if path.name not in self._read:
                self._read[path.name] = _letter(path.read_bytes())
        return [letter for letter in self._read.values() if letter.to == address]

    async def until(self, address: str, count: int) -> Sequence[Letter]:
        """The same, once they are so many."""
        async with asyncio.timeout(PATIENCE):
            while len(letters := self.to(address)) < count:  # noqa: ASYNC110 (a condition of another process)
                await asyncio.sleep(LOOK_EVERY)
        return letters


def _letter(content: bytes) -> Letter:
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain",))
    return Letter(
        to=str(message["X-Envelope-To"]),
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        text=str(body.get_content()) if body else "",
    )


def kinds(letters: Sequence[Letter]) -> list[str]:
    """What each of them is about: "welcome", "confirmed", ..., in their order."""
    return [next((word for word in WORDS if word in letter.subject.lower()), letter.subject) for letter in letters]


WORDS = ("welcome", "confirmed", "on its way", "arrived", "cancelled", "could not")
