"""Refresh tokens: how they are made, spent and recognised, and when one that comes back ends its session. Pure.

A successor is derived from the token that is spent for it and from a random salt. So it can be made again for a client
that lost the answer, though neither of the two is stored anywhere; the stored salt and digests alone sign nobody in.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.shared.clock import Clock
from services.shared.ids import SECRET_BYTES, IdFactory, SecretFactory
from services.users.models import Family, Judgement, SessionEnd, Verdict

LIFETIME = timedelta(days=30)
FORGIVEN_FOR = timedelta(seconds=5)
"""How long the spent token is answered again with the same successor: the answer may have been lost."""

PURPOSE = b"caravan refresh token successor"


class RefreshTokens:
    """Makes families and judges the tokens of one. `lifetime` is from a token's making to its end."""

    def __init__(self, clock: Clock, ids: IdFactory, secrets: SecretFactory, lifetime: timedelta = LIFETIME) -> None:
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._lifetime = lifetime

    def opened(self, user_id: str) -> tuple[Family, str]:
        """A new family and its first token."""
        secret, now = self._secrets.new(), self._clock.now()
        family = Family(
            id=self._ids.new(),
            user_id=user_id,
            newest=_digest(secret),
            turned_at=now,
            expires_at=now + self._lifetime,
        )
        return family, _text(secret)

    def judged(self, family: Family, token: str, arrived: datetime) -> Judgement:
        """Judges a token of this family that arrived at that moment."""
        secret = _secret(token)
        digest = _digest(secret)
        if family.ended:
            return Judgement(verdict=_verdict_of(family.ended), family=family)
        if digest == family.newest:
            if arrived >= family.expires_at:
                return Judgement(verdict=Verdict.EXPIRED, family=family)
            return self._turned(family, secret)
        if digest == family.predecessor and family.salt and arrived - family.turned_at <= FORGIVEN_FOR:
            successor = _text(_successor(secret, bytes.fromhex(family.salt)))
            return Judgement(verdict=Verdict.FORGIVEN, family=family, successor=successor)
        return Judgement(verdict=Verdict.REUSED, family=replace(family, ended=SessionEnd.REUSED))

    def _turned(self, family: Family, secret: bytes) -> Judgement:
        salt, now = self._secrets.new(), self._clock.now()
        successor = _successor(secret, salt)
        family = replace(
            family,
            newest=_digest(successor),
            predecessor=family.newest,
            salt=salt.hex(),
            turned_at=now,
            expires_at=now + self._lifetime,
        )
        return Judgement(verdict=Verdict.TURNED, family=family, successor=_text(successor))


def digest_of(token: str) -> str | None:
    """What a token is kept under: the SHA-256 of its 256 bits; None for what no token of ours looks like."""
    try:
        return _digest(_secret(token))
    except ValueError:
        return None


def _verdict_of(end: SessionEnd) -> Verdict:
    return Verdict.REUSED if end is SessionEnd.REUSED else Verdict.ENDED


def _successor(secret: bytes, salt: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=salt, info=PURPOSE).derive(secret)


def _digest(secret: bytes) -> str:
    return sha256(secret).hexdigest()


def _text(secret: bytes) -> str:
    return urlsafe_b64encode(secret).rstrip(b"=").decode()


def _secret(token: str) -> bytes:
    """Raises ValueError for anything but the one spelling that `_text` gives."""
    try:
        secret = urlsafe_b64decode(token.encode("ascii") + b"=")
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("no refresh token") from None
    if len(secret) != SECRET_BYTES or _text(secret) != token:
        raise ValueError("no refresh token")
    return secret
