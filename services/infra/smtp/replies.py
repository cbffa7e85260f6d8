"""What a mail server said, and at which point. Judges nothing."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
"""RFC 3463's code, which stands before the words."""

ADDRESS: Final = re.compile(r"\S*@\S*")
AGAIN_IN: Final = re.compile(r"\b(\d{1,5}) ?(s|sec|second|seconds|m|min|minute|minutes|h|hour|hours)\b", re.IGNORECASE)
SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
LONGEST_HINT: Final = timedelta(hours=4)
LONGEST_TEXT: Final = 200


class Stage(StrEnum):
    """The points of a delivery, in their order. CONTENT is the answer to the final dot."""

    CONNECTION = "connection"
    GREETING = "greeting"
    HELLO = "EHLO"
    STARTTLS = "STARTTLS"
    LOGIN = "AUTH"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    DATA = "DATA"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its three digits, and its words, which may quote addresses."""

    stage: Stage
    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """RFC 3463's code, such as `5.1.1`; empty where the server said none."""
        found = ENHANCED.match(self.text)
        return found.group() if found else ""

    @property
    def name(self) -> str:
        """Both codes, for a person: `550 5.1.1`."""
        return f"{self.code} {self.enhanced}".rstrip()

    @property
    def safe_text(self) -> str:
        """The words as they may be logged: in one line, without what looks like an address, cut."""
        return ADDRESS.sub("(address)", " ".join(self.text.split()))[:LONGEST_TEXT]

    @property
    def hint(self) -> timedelta | None:
        """The time after which the server wants to be asked again, where it says one ("greylisted for 60 seconds")."""
        found = AGAIN_IN.search(self.text)
        if found is None:
            return None
        return min(timedelta(seconds=int(found[1]) * SECONDS[found[2][0].lower()]), LONGEST_HINT)
