"""What comes of handing a mail to its channel: the answers of the port `MailChannel`. Values only, never exceptions.

A `detail` is for a person who runs the shop; it names no address.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The mail server took it; `answer` is its last line."""

    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """It was not taken, and may be later.

    Attributes:
        detail: for a person; no address in it.
        after: how long to wait at least, where the channel knows.
        away: the server was not reached at all, so that the fault is none of this message's.
    """

    detail: str
    after: timedelta | None = None
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRefused:
    """There is no such address, for good."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRefused:
    """This message will never be taken; another one to the same address may be."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRefused:
    """Nothing is taken from us now (policy, login): nobody's address is to blame."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnknown:
    """The whole message was handed over, and the answer was lost."""

    detail: str


Delivery = Delivered | TryAgain | AddressRefused | ContentRefused | LaneRefused | OutcomeUnknown
"""What came of handing one mail to its channel."""
