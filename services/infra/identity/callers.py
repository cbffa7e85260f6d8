"""Who calls: how gateway and command line prove themselves to services. One private key, known to the callers alone.

A token lives for a minute, is meant for one service, and is reused for most of its life: it costs a call nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from json import dumps
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from services.infra.identity.raw_keys import base64url, raw_key
from services.infra.identity.signed_tokens import TokenRules, check_times, key_id, signed_claims, verifying_key
from services.shared.clock import Clock
from services.shared.errors import Unauthenticated

TYPE: Final = "caller+jwt"
ISSUER: Final = "caravan-callers"
ALGORITHM: Final = "EdDSA"
LIFETIME: Final = timedelta(minutes=1)
REUSED_FOR: Final = timedelta(seconds=40)
LEEWAY: Final = timedelta(seconds=15)
"""Clocks of two machines; with the rest of a reused token's life, a call may take a while to arrive as well."""

REMEMBERED: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """What `caravan keys pair` prints: both halves, as the settings take them."""

    private: str
    public: str


@dataclass(frozen=True, slots=True)
class _Made:
    token: str
    at: datetime


def new_pair() -> KeyPair:
    """A new pair of keys."""
    private = Ed25519PrivateKey.generate()
    return KeyPair(private=base64url(private.private_bytes_raw()), public=_public(private))


class Identity:
    """One who calls services, by name: `gateway`, `cli`."""

    def __init__(self, private_key: SecretStr, name: str, clock: Clock) -> None:
        """Raises ValueError for what is no private key."""
        self._private = Ed25519PrivateKey.from_private_bytes(raw_key(private_key.get_secret_value()))
        self._header = {"typ": TYPE, "kid": _thumbprint(_public(self._private))}
        self._name = name
        self._clock = clock
        self._made: dict[str, _Made] = {}

    def token_for(self, service: str) -> str:
        """A token that this service believes now."""
        now = self._clock.now()
        made = self._made.get(service)
        if made is None or not timedelta(0) <= now - made.at < REUSED_FOR:
            made = self._made[service] = _Made(self._signed(service, now), now)
        return made.token

    def _signed(self, service: str, now: datetime) -> str:
        claims = {"iss": ISSUER, "aud": audience_of(service), "sub": self._name, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(claims, self._private, algorithm=ALGORITHM, headers=self._header)


class KnownCallers:
    """Recognises those whose public keys a service was given."""

    def __init__(self, public_keys: Sequence[str], clock: Clock) -> None:
        """Raises ValueError for what is no public key."""
        keys = [verifying_key(dumps(_jwk(public) | {"kid": _thumbprint(public)})) for public in public_keys]
        self._keys = {key.kid: key for key in keys}
        self._clock = clock
        self._claims = lru_cache(REMEMBERED)(self._signed)

    def caller(self, token: str, service: str) -> str:
        """The caller's name. Raises Unauthenticated unless the token is one for this service."""
        claims = self._claims(token, service)
        check_times(claims, _rules(service), self._clock.now())
        return str(claims["sub"])

    def _signed(self, token: str, service: str) -> Mapping[str, Any]:
        """What the token says, whatever the time. Raises Unauthenticated."""
        rules = _rules(service)
        key = self._keys.get(key_id(token, rules))
        if key is None:
            raise Unauthenticated
        return signed_claims(token, key, rules)


def audience_of(service: str) -> str:
    """A token for one service is of no use at another."""
    return f"caravan:{service}"


@lru_cache
def _rules(service: str) -> TokenRules:
    return TokenRules(type=TYPE, issuer=ISSUER, audience=audience_of(service), longest_lifetime=LIFETIME, leeway=LEEWAY)


def _public(private: Ed25519PrivateKey) -> str:
    return base64url(private.public_key().public_bytes_raw())


def _jwk(public: str) -> dict[str, str]:
    raw_key(public)
    return {"crv": "Ed25519", "kty": "OKP", "x": public}


def _thumbprint(public: str) -> str:
    """RFC 7638."""
    return base64url(sha256(dumps(_jwk(public), separators=(",", ":")).encode()).digest())
