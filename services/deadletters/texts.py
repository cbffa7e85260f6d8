"""How letters are told in text: bytes as the contract shows them, and failures by what they have in common. Pure."""

import base64
import re
from typing import Final

from services.shared.ids import derived_id

BASE64: Final = "base64:"
PARTS: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[\w-]+")
WORD: Final = re.compile(r"[^\W\d]+")
"""What a message is made of: quoted parts and words; and a word that is none of an id, a number, a moment."""

CUT: Final = "…"


def text_of(value: bytes) -> str:
    """The bytes as text; as base64 behind a prefix where they are no UTF-8, or begin like that prefix themselves."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = BASE64
    return BASE64 + base64.b64encode(value).decode() if text.startswith(BASE64) else text


def shortened(text: str, most: int) -> str:
    """At most so many characters; the last one says that there were more."""
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


def fingerprint_of(error_type: str, error_message: str) -> str:
    """The same for failures that differ in ids, numbers and quoted parts only."""
    return derived_id(error_type, PARTS.sub(_common, error_message))


def _common(part: re.Match[str]) -> str:
    text = part.group()
    return text if WORD.fullmatch(text.replace("-", "")) else "#"
