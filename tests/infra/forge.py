"""A key, and tokens made with it by hand: whatever a forger may write, byte by byte."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.doubles import StandingClock

NOW = int(StandingClock().now().timestamp())
PRIVATE = Ed25519PrivateKey.generate()
HEADER = {"alg": "EdDSA", "typ": "at+jwt", "kid": "k1"}
CLAIMS = {
    "iss": "https://caravan.example",
    "aud": "caravan",
    "sub": "u1",
    "roles": ["CUSTOMER"],
    "iat": NOW,
    "exp": NOW + 900,
    "jti": "j1",
}


def public_jwk(private: Ed25519PrivateKey = PRIVATE, **members: object) -> str:
    """The public half as a JWK's text."""
    x = part(private.public_key().public_bytes_raw())
    return json.dumps({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k1", "use": "sig", "alg": "EdDSA"} | members)


def part(raw: bytes) -> str:
    """As it stands in a token."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def written(
    header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, private: Ed25519PrivateKey = PRIVATE
) -> str:
    """A token of exactly these two parts, rightly signed."""
    signed = ".".join(
        part(piece if isinstance(piece, bytes) else json.dumps(piece).encode()) for piece in (header, claims)
    )
    return f"{signed}.{part(private.sign(signed.encode()))}"


def token(claims: Mapping[str, Any] | None = None, **header: object) -> str:
    """A good token, but for these claims and header members; None leaves one out."""
    return written(_changed(HEADER, header), _changed(CLAIMS, claims or {}))


def _changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **changes}.items() if value is not None}
