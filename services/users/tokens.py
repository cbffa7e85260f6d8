"""Access tokens: JWTs signed with Ed25519 by a key that the first start makes. Checks none: that is the gateway's.

The private key is kept sealed; who reads the database but lacks the passphrase can sign nothing.
"""

import asyncio
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.ids import IdFactory
from services.users.models import PublicKey, SealedKey, User
from services.users.ports import KeyStore

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
"""RFC 9068: an access token and nothing else, so that no other JWT of the issuer passes for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What every token says.

    Attributes:
        issuer: who signs (`iss`).
        audience: who is meant to read it (`aud`).
        lifetime: from issue to expiry.
    """

    issuer: str
    audience: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signer:
    kid: str
    private: Ed25519PrivateKey
    public: PublicKey


class Ed25519Tokens:
    """Offers `ports.TokenIssuer`. Reads the key, or makes the first one, when it is first needed."""

    def __init__(self, keys: KeyStore, passphrase: str, rules: TokenRules, clock: Clock, ids: IdFactory) -> None:
        self._keys = keys
        self._passphrase = passphrase.encode()
        self._rules = rules
        self._clock = clock
        self._ids = ids
        self._signer: _Signer | None = None
        self._once = asyncio.Lock()

    async def prepare(self) -> None:
        """Reads or makes the key. Raises Unavailable when the passphrase does not unseal it."""
        await self._signing()

    async def issue(self, user: User) -> str:
        """A token for the user, good from now on. Raises Unavailable."""
        signer = await self._signing()
        now = self._clock.now()
        claims = {
            "iss": self._rules.issuer,
            "aud": self._rules.audience,
            "sub": user.id,
            "roles": [role.value for role in user.roles],
            "iat": now,
            "exp": now + self._rules.lifetime,
            "jti": self._ids.new(),
        }
        return jwt.encode(claims, signer.private, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": signer.kid})

    async def public_keys(self) -> tuple[PublicKey, ...]:
        """The public half of the key. Raises Unavailable."""
        return ((await self._signing()).public,)

    async def _signing(self) -> _Signer:
        async with self._once:
            if self._signer is None:
                kept = await self._keys.kept() or await self._keys.keep(await asyncio.to_thread(self._new))
                self._signer = await asyncio.to_thread(self._unsealed, kept)
            return self._signer

    def _new(self) -> SealedKey:
        private = Ed25519PrivateKey.generate()
        sealed = private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self._passphrase)
        ).decode()
        return SealedKey(kid=_thumbprint(private), sealed=sealed, created_at=self._clock.now())

    def _unsealed(self, key: SealedKey) -> _Signer:
        try:
            private = load_pem_private_key(key.sealed.encode(), self._passphrase)
        except ValueError:
            raise Unavailable("signing key", "the passphrase does not unseal it") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise Unavailable("signing key", "it is not an Ed25519 key")
        jwk = json.dumps(_jwk(private) | {"kid": key.kid, "use": "sig", "alg": ALGORITHM})
        return _Signer(kid=key.kid, private=private, public=PublicKey(kid=key.kid, jwk=jwk))


def _jwk(private: Ed25519PrivateKey) -> dict[str, str]:
    """The public half's required members (RFC 8037), in the order that RFC 7638 hashes them in."""
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}


def _thumbprint(private: Ed25519PrivateKey) -> str:
    return _base64url(sha256(json.dumps(_jwk(private), separators=(",", ":")).encode()).digest())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
