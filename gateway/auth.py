"""Who asks: checks access tokens with the users' public keys. Decides nothing about what they may do.

A token's algorithm is fixed by its key, never read from the token. Keys are cached; an unknown key id asks for them
again, but not more often than REFRESH_EVERY.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from services.shared.actors import Actor, Role
from services.shared.clock import Clock
from services.shared.errors import Unauthenticated, Unavailable
from services.users.models import PublicKey
from services.users.ports import Users

ALGORITHMS: Mapping[tuple[str, str], str] = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256"}
TOKEN_TYPE = "at+jwt"  # noqa: S105 (a media type)
REFRESH_EVERY = timedelta(seconds=5)
LEEWAY_SECONDS = 5
KEYS_WITHIN = 2.0
"""Seconds: who is asked for keys first must still leave time for the request itself."""

REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What every token must say."""

    issuer: str
    audience: str


class KeyRing:
    """The users' public keys by id."""

    def __init__(self, users: Users, clock: Clock) -> None:
        self._users = users
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked: datetime | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of that id, None when there is none. Raises Unavailable when the keys cannot be had."""
        if kid not in self._keys:
            async with self._lock:
                if kid not in self._keys and self._may_ask():
                    await self._ask()
        return self._keys.get(kid)

    def _may_ask(self) -> bool:
        return self._asked is None or self._clock.now() - self._asked >= REFRESH_EVERY

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(KEYS_WITHIN):
                known = await self._users.public_keys()
        except TimeoutError:
            raise Unavailable("users") from None
        self._keys = {key.kid: _parsed(key) for key in known}
        self._asked = self._clock.now()


def _parsed(key: PublicKey) -> jwt.PyJWK:
    jwk = json.loads(key.jwk)
    return jwt.PyJWK(jwk, algorithm=ALGORITHMS[jwk["kty"], jwk["crv"]])


class Authenticator:
    """Turns an Authorization header into an Actor."""

    def __init__(self, keys: KeyRing, rules: TokenRules, clock: Clock) -> None:
        self._keys = keys
        self._rules = rules
        self._clock = clock

    async def viewer(self, authorization: str | None) -> Actor | None:
        """Who sent the header; None for no header.

        Raises:
            Unauthenticated: a header that is no valid, current access token of ours.
            Unavailable: the keys cannot be had.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("send the access token as: Bearer <token>")
        token = token.strip()
        return self._trusted(await self._claims(token), token)

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise Unauthenticated from None
        kid = header.get("kid")
        key = await self._keys.key(kid) if isinstance(kid, str) and header.get("typ") == TOKEN_TYPE else None
        if key is None:
            raise Unauthenticated
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._rules.issuer,
                audience=self._rules.audience,
                options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.PyJWTError:
            raise Unauthenticated from None

    def _trusted(self, claims: dict[str, Any], token: str) -> Actor:
        expires, subject, roles = claims["exp"], claims["sub"], claims.get("roles")
        if not isinstance(expires, int | float) or not isinstance(roles, list):
            raise Unauthenticated
        if not isinstance(subject, str) or not subject:
            raise Unauthenticated
        if expires + LEEWAY_SECONDS <= self._clock.now().timestamp():
            raise Unauthenticated("the access token has expired")
        return Actor(user_id=subject, roles=frozenset(role for role in Role if role in roles), proof=token)
