"""Reads the mailbox of a development stack: which messages its mails say they are. Reads no words of any."""

import re
from datetime import datetime
from pathlib import Path

from cli.invariants.messaging.records import MailFact

HEAD = 8192
"""Bytes of a mail that are read: its first headers."""

RECEIVED_AT = re.compile(rb"^X-Received-At: (\S+)\r$", re.MULTILINE)


class MailFolder:
    """The mails whose Message-ID ends with our domain; each file is read once."""

    def __init__(self, folder: Path, domain: str) -> None:
        self._folder = folder
        self._message_id = re.compile(rb"^Message-ID:\s*<([^@>\s]+)@%b>" % re.escape(domain).encode(), re.MULTILINE)
        self._read: dict[str, MailFact | None] = {}

    def mails(self) -> tuple[MailFact, ...]:
        """All of them so far, the oldest first."""
        for path in sorted(self._folder.glob("*.eml")):
            if path.name not in self._read:
                self._read[path.name] = self._fact(path)
        return tuple(mail for mail in self._read.values() if mail is not None)

    def _fact(self, path: Path) -> MailFact | None:
        with path.open("rb") as file:
            head = file.read(HEAD).partition(b"\r\n\r\n")[0] + b"\r\n"
        named, received = self._message_id.search(head), RECEIVED_AT.search(head)
        if named is None or received is None:
            return None
        return MailFact(message_id=named[1].decode(), at=datetime.fromisoformat(received[1].decode()))
