"""Keyset paging: opaque cursors made from sort fields, and the limits of a page. Knows no database."""

import base64
import binascii
import json

from services.shared.errors import Invalid

MAX_PAGE = 100
INTEGERS = range(-(2**63), 2**63)
"""What a database can compare with; a cursor made by us holds no other."""


def encode_cursor(*keys: str | int) -> str:
    """An opaque text of the values that a page is sorted by, of its last item."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode()


def decode_cursor(cursor: str, *kinds: type) -> tuple[str | int, ...]:
    """The values back.

    Raises:
        Invalid: at `after`, when it is not a cursor of this list (its values are not of `kinds`).
    """
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, RecursionError):
        raise Invalid("not a cursor of this list", ("after",)) from None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds) or not all(map(_comparable, keys)):
        raise Invalid("not a cursor of this list", ("after",))
    return tuple(keys)


def _comparable(key: str | int) -> bool:
    if isinstance(key, int):
        return key in INTEGERS
    return key.isascii() or not any("\ud800" <= char <= "\udfff" for char in key)


def checked_page_size(first: int) -> int:
    """Raises Invalid at `first` unless 1 to 100."""
    if not 1 <= first <= MAX_PAGE:
        raise Invalid(f"must be 1 to {MAX_PAGE}", ("first",))
    return first
