"""Signing keys and when each of them signs. Values only; a private half is unreadable without the passphrase."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class KeyState(StrEnum):
    """NEXT is published and does not sign yet, ACTIVE signs, RETIRED is published while its tokens live."""

    NEXT = "NEXT"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A key that signs access tokens, as the store keeps it.

    Attributes:
        kid: names the key in a token's header; the RFC 7638 thumbprint of its public half.
        sealed: the private half, PKCS #8 in PEM, encrypted.
        signs_from: it signs from here on, until the next one does.
    """

    kid: str
    sealed: str = field(repr=False)
    created_at: datetime
    signs_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """All keys, the one that signs last at the end. `version` counts the writes; 0 was never written."""

    version: int
    keys: tuple[SealedKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTimes:
    """How long things take.

    Attributes:
        propagation: from publishing to signing; longer than all caches of public keys together.
        kept: a key is published this long after it has ceased to sign: the longest life of a token, and a little.
        reread: a process looks this often at what others have written.
    """

    propagation: timedelta
    kept: timedelta
    reread: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key as it may be shown.

    Attributes:
        signs_until: None while no other is to follow it.
        published_until: likewise.
    """

    kid: str
    state: KeyState
    created_at: datetime
    signs_from: datetime
    signs_until: datetime | None
    published_until: datetime | None
