"""What text from outside may hold. Pure checks; says no with the field's path."""

import re
import unicodedata

from services.shared.errors import Invalid

ALLOWED_CONTROLS = frozenset("\n\t")
UNSEEN = frozenset("ZC")
"""The Unicode categories of separators and of what has no shape: spaces, joiners, marks of direction."""

SKU = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def checked_text(value: str, path: tuple[str, ...], *, least: int = 1, most: int, lines: bool = False) -> str:
    """The value, if it is `least` to `most` characters without control characters or lone surrogates.

    With `lines`, line feeds and tabs are allowed. Raises Invalid at `path`.
    """
    if not least <= len(value) <= most:
        raise Invalid(f"must be {least} to {most} characters", path)
    allowed = ALLOWED_CONTROLS if lines else frozenset[str]()
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in value):
        raise Invalid("must not hold control characters", path)
    return value


def checked_label(value: str, path: tuple[str, ...], *, most: int, lines: bool = False) -> str:
    """The same of what people are to read: there must be something to see. Raises Invalid at `path`."""
    checked_text(value, path, most=most, lines=lines)
    if all(unicodedata.category(char)[0] in UNSEEN for char in value):
        raise Invalid("must not be blank", path)
    return value


def is_sku(value: str) -> bool:
    """Whether it could name an article: 1 to 64 letters, digits, dots, underscores and hyphens."""
    return SKU.fullmatch(value) is not None


def checked_sku(value: str, path: tuple[str, ...]) -> str:
    """The value, if it can be a SKU. Raises Invalid at `path`."""
    if not is_sku(value):
        raise Invalid("must be 1 to 64 letters, digits, dots, underscores or hyphens", path)
    return value
