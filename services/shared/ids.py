"""The only place that makes identifiers and secrets. Random ones come from a factory, derived ids from a hash."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Protocol

import uuid6

SECRET_BYTES = 32


class IdFactory(Protocol):
    """What makes new identifiers; replaced in tests."""

    def new(self) -> str:
        """A fresh identifier, unique for ever, that sorts by the time of its making."""
        ...


class SortableIds:
    """UUID version 7 (RFC 9562) as 32 hexadecimal digits."""

    def new(self) -> str:
        return uuid6.uuid7().hex


def first_id_of(moment: datetime) -> str:
    """What the sortable ids that are made from this moment on come after, and those that were made earlier before."""
    return f"{int(moment.timestamp() * 1000):012x}"


class SecretFactory(Protocol):
    """What makes new secrets; replaced in tests."""

    def new(self) -> bytes:
        """256 bits that nobody can guess."""
        ...


class RandomSecrets:
    """From the operating system's generator."""

    def new(self) -> bytes:
        return secrets.token_bytes(SECRET_BYTES)


def derived_id(*parts: str) -> str:
    """The same identifier for the same parts, always: 26 letters and digits of their SHA-256.

    Parts are joined by their lengths, so that ("ab", "c") and ("a", "bc") differ.
    """
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hashlib.sha256(joined.encode()).digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()
