"""Ed25519 keys as the settings hold them: the 32 bytes of a half, in base64url. Knows no other form, and makes none."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

BYTES: Final = 32

DEVELOPMENT_PRIVATE: Final = "vD8kXoGZPEjr-BX_rpRdRxm3P7-AtBuyPPsceNZZHtY"
DEVELOPMENT_PUBLIC: Final = "p4eixxq6Mj8clgYjraSvN4WQi11Kc0cRq1Cq5HmHge8"
"""A pair that everybody knows. Production refuses both halves."""


def raw_key(text: str) -> bytes:
    """The bytes of a half. Raises ValueError, which never shows the text."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raw = b""
    if base64url(raw) != text or len(raw) != BYTES:
        raise ValueError("must be the 32 bytes of an Ed25519 key in base64url")
    return raw


def base64url(raw: bytes) -> str:
    """Without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
