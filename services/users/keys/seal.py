"""Making Ed25519 keys, and sealing and unsealing their private halves. Keeps nothing."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from services.shared.errors import Unavailable
from services.users.keys.models import SealedKey
from services.users.models import PublicKey

ALGORITHM: Final = "EdDSA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key that can sign."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)
    public: PublicKey


def new_key(passphrase: bytes, now: datetime, signs_from: datetime) -> SealedKey:
    """A new key, sealed."""
    private = Ed25519PrivateKey.generate()
    sealed = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)).decode()
    return SealedKey(kid=_thumbprint(private), sealed=sealed, created_at=now, signs_from=signs_from)


def unsealed(key: SealedKey, passphrase: bytes) -> Signer:
    """The key, ready to sign. Raises Unavailable when the passphrase does not unseal it."""
    try:
        private = load_pem_private_key(key.sealed.encode(), passphrase)
    except ValueError:
        raise Unavailable("signing key", "the passphrase does not unseal it") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise Unavailable("signing key", "it is not an Ed25519 key")
    jwk = json.dumps(_jwk(private) | {"kid": key.kid, "use": "sig", "alg": ALGORITHM})
    return Signer(kid=key.kid, private=private, public=PublicKey(kid=key.kid, jwk=jwk))


def _jwk(private: Ed25519PrivateKey) -> dict[str, str]:
    """The public half's required members (RFC 8037), in the order that RFC 7638 hashes them in."""
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(private.public_key().public_bytes_raw())}


def _thumbprint(private: Ed25519PrivateKey) -> str:
    return _base64url(sha256(json.dumps(_jwk(private), separators=(",", ":")).encode()).digest())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
