"""A text with gaps, cut once and filled for each recipient. Looks for no gap in what it is filled with.

Quoted-printable forms are encoded before they are filled: what is the same for a hundred thousand is encoded once.
"""

from binascii import b2a_qp
from collections.abc import Mapping
from typing import Final

from services.notifications.rendering.markup.gaps import MARK

SOFT_BREAK: Final = b"=\r\n"


class EncodedForm:
    """The body of one part of a mail. A soft line break on both sides of a gap keeps lines short."""

    def __init__(self, text: str) -> None:
        parts = MARK.split(text)
        self._names = parts[1::2]
        self._parts = [b""] * len(parts)
        self._parts[0::2] = [quoted_printable(part) for part in parts[0::2]]

    def filled(self, values: Mapping[str, str]) -> bytes:
        """Raises KeyError for a gap without a value."""
        encoded = {name: SOFT_BREAK + quoted_printable(values[name]) + SOFT_BREAK for name in set(self._names)}
        parts = self._parts.copy()
        parts[1::2] = [encoded[name] for name in self._names]
        return b"".join(parts)


def quoted_printable(text: str) -> bytes:
    """RFC 2045's, lines ended by CRLF."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace")
    return b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
