"""One mail as it goes over the wire: who, to whom, what. Sends nothing."""

from dataclasses import dataclass, field
from typing import Final

from aiosmtplib.email import quote_address
from aiosmtplib.protocol import normalize_message_line_endings

from services.infra.smtp.outcomes import unsendable
from services.infra.smtp.verdicts import Verdict
from services.shared.addresses import wire_address
from services.shared.errors import Invalid

LINE: Final = b"\r\n"
DOT: Final = b"."


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One mail to one recipient; `content` is the whole of it, headers first."""

    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def domain(self) -> str:
        """The recipient's."""
        return self.recipient.rpartition("@")[2].lower()


def path_of(address: str) -> str:
    """The address as it stands in a command. Raises NotTaken for one that cannot."""
    try:
        path = wire_address(address)
        quote_address(path)
    except (Invalid, ValueError):
        raise unsendable(Verdict.ADDRESS, "this cannot be the address of a mailbox") from None
    return path


def stuffed(content: bytes) -> bytes:
    """The content as DATA wants it, but for the final dot: whole lines, and no line that is a dot alone."""
    lines = normalize_message_line_endings(content)
    if lines.startswith(DOT):
        lines = DOT + lines
    return lines.replace(LINE + DOT, LINE + DOT + DOT)
