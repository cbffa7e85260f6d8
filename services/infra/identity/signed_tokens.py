"""One strict reading of signed tokens, after RFC 8725: what a token must be before a word of it is believed.

The key decides the algorithm, and nothing in the token names where a key is to be had.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from jwt.types import Options
from jwt.utils import base64url_decode

from services.shared.errors import Unauthenticated

ALGORITHMS: Final[Mapping[tuple[str, str], str]] = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256"}
"""Of each kind of key its one algorithm."""

LONGEST_TOKEN: Final = 4096
LONGEST_SUBJECT: Final = 200
HEADER_MEMBERS: Final = frozenset({"alg", "typ", "kid"})
"""All that our issuers write. So `crit`, `jwk`, `jku` and `x5u` are refused unread."""

PRIVATE_MEMBER: Final = "d"
REQUIRED: Final = ["exp", "iat", "iss", "aud", "sub"]
OPTIONS: Final[Options] = {
    "require": REQUIRED,
    "strict_aud": True,
    # By our own clock, in `check_times`.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What every token of a kind must say.

    Attributes:
        type: the header's `typ`, so that no other token of the issuer passes for one.
        longest_lifetime: from issue to expiry; a longer one is refused.
        leeway: by how much the clocks of issuer and reader may differ.
    """

    type: str
    issuer: str
    audience: str
    longest_lifetime: timedelta
    leeway: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingKey:
    """The public half of a key, and the one algorithm that it is good for. Two of the same text are the same."""

    kid: str
    text: str
    algorithm: str
    jwk: jwt.PyJWK = field(compare=False, repr=False)


def verifying_key(text: str) -> VerifyingKey:
    """The key of a JWK's text. Raises ValueError for what is no public key of a kind that we know."""
    members = json.loads(text)
    if not isinstance(members, dict) or PRIVATE_MEMBER in members or members.get("use", "sig") != "sig":
        raise ValueError("not a public key for signatures")
    kid, algorithm = members.get("kid"), ALGORITHMS.get((str(members.get("kty")), str(members.get("crv"))))
    if not isinstance(kid, str) or not kid or algorithm is None or members.get("alg", algorithm) != algorithm:
        raise ValueError("not a key of a known kind")
    try:
        return VerifyingKey(kid=kid, text=text, algorithm=algorithm, jwk=jwt.PyJWK(members, algorithm=algorithm))
    except jwt.PyJWTError as failure:
        raise ValueError("not a key") from failure


def key_id(token: str, rules: TokenRules) -> str:
    """The id of the key that the token says it is signed with. Raises Unauthenticated for what is none of ours."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise Unauthenticated
    header = _members(token.partition(".")[0])
    kid = header.get("kid")
    if not header.keys() <= HEADER_MEMBERS or header.get("typ") != rules.type or not isinstance(kid, str):
        raise Unauthenticated
    return kid


def signed_claims(token: str, key: VerifyingKey, rules: TokenRules) -> Mapping[str, Any]:
    """What the token says, if this key has signed it for these rules; its times are not looked at.

    Raises:
        Unauthenticated: otherwise.
    """
    try:
        jwt.decode(
            token, key.jwk, algorithms=[key.algorithm], issuer=rules.issuer, audience=rules.audience, options=OPTIONS
        )
    except jwt.PyJWTError:
        raise Unauthenticated from None
    claims = _members(token.split(".")[1])
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Unauthenticated
    return claims


def check_times(claims: Mapping[str, Any], rules: TokenRules, now: datetime) -> None:
    """Raises Unauthenticated unless the token is good now, and was made for no longer than the rules allow."""
    issued, expires = _seconds(claims["iat"]), _seconds(claims["exp"])
    begins = _seconds(claims.get("nbf", issued))
    moment, leeway = now.timestamp(), rules.leeway.total_seconds()
    if not issued < expires <= issued + rules.longest_lifetime.total_seconds():
        raise Unauthenticated
    if max(issued, begins) > moment + leeway:
        raise Unauthenticated
    if expires + leeway <= moment:
        raise Unauthenticated("the access token has expired")


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unauthenticated
    return value


def _members(part: str) -> dict[str, Any]:
    """A part's JSON object. One that names a member twice is refused: two readers could take it for two tokens."""
    try:
        read = json.loads(base64url_decode(part), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise Unauthenticated from None
    if not isinstance(read, dict):
        raise Unauthenticated
    return read


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members
