"""How people are addressed. A name is chosen by whoever registers, for any address: it must not carry a message."""

import re
from typing import Final

from services.notifications.rendering.wire.headers import one_line

ANYBODY: Final = "customer"
LONGEST: Final = 60
ADVERTISES: Final = re.compile(r"[/@:]|www|\.[a-z]{2,}", re.IGNORECASE)
"""What looks like an address to click on. The few people of whose names that is true are greeted as everybody."""


def fit_name(name: str) -> str:
    """The name in one line; empty where it is long or looks like an address."""
    shown = one_line(name)
    return shown if len(shown) <= LONGEST and not ADVERTISES.search(shown) else ""


def salutation(name: str) -> str:
    """The same, or a word for anybody."""
    return fit_name(name) or ANYBODY
