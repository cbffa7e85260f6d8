"""The headers of a mail as text. Whatever a value says, it stays one header: nothing in it ends a line."""

import re
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from services.shared.errors import Invalid

CRLF: Final = "\r\n"
ENDS_OR_HIDES: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")
ADDRESS: Final = re.compile(
    r"[^\x00-\x20\x7f-\xa0\u2028\u2029<>()\[\]\\,;:\"@]+@[^\x00-\x20\x7f-\xa0\u2028\u2029<>()\[\]\\,;:\"@]+"
)
ENCODED_WORD: Final = "=?"
FOLDED_FROM: Final = 76


def one_line(text: str) -> str:
    """The same without line ends and control characters: each run of them is a space."""
    return ENDS_OR_HIDES.sub(" ", text).strip()


@lru_cache(maxsize=512)
def unstructured(name: str, text: str) -> str:
    """A header of free text, encoded and folded where it must be."""
    value = one_line(text)
    is_plain = value.isascii() and ENCODED_WORD not in value
    if is_plain and len(name) + len(value) < FOLDED_FROM:
        return f"{name}: {value}{CRLF}"
    charset = "us-ascii" if is_plain else "utf-8"
    return f"{name}: {Header(value, charset, header_name=name).encode(linesep=CRLF)}{CRLF}"


def mailbox(name: str, display_name: str, address: str) -> str:
    """A header of one mailbox. Raises Invalid for what is no address."""
    if not ADDRESS.fullmatch(address):
        raise Invalid("not an e-mail address")
    shown = one_line(display_name)
    if not shown:
        return f"{name}: <{address}>{CRLF}"
    return f"{name}: {_phrase(name, shown)}{CRLF} <{address}>{CRLF}"


def moment(name: str, at: datetime) -> str:
    """A header of a point in time."""
    return f"{name}: {format_datetime(at)}{CRLF}"


def _phrase(name: str, words: str) -> str:
    if words.isascii() and ENCODED_WORD not in words:
        escaped = words.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return Header(words, "utf-8", header_name=name).encode(linesep=CRLF)
