"""Who asks: the one verifier of access tokens, for gateway and services alike. Says who it is, never what they may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from services.infra.identity.key_ring import KeyRing
from services.infra.identity.signed_tokens import TokenRules, VerifyingKey, check_times, key_id, signed_claims
from services.shared.actors import Actor, Role
from services.shared.clock import Clock
from services.shared.errors import Unauthenticated

TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 (a media type)
LONGEST_LIFETIME: Final = timedelta(hours=1)
REMEMBERED: Final = 1024
"""Tokens whose signature need not be checked again: one request makes several calls, one caller many requests."""


def access_token_rules(issuer: str, audience: str) -> TokenRules:
    """What every access token of this issuer must say (RFC 9068)."""
    return TokenRules(type=TOKEN_TYPE, issuer=issuer, audience=audience, longest_lifetime=LONGEST_LIFETIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedToken:
    """Whose token it is, and until when it is good."""

    actor: Actor
    expires_at: datetime


class AccessTokens:
    """Offers `services.infra.http.ActorCheck`."""

    def __init__(self, keys: KeyRing, rules: TokenRules, clock: Clock) -> None:
        self._keys = keys
        self._rules = rules
        self._clock = clock
        self._claims = lru_cache(REMEMBERED)(signed_claims)

    async def actor(self, token: str) -> Actor:
        """The token's owner. Raises what `verified` does."""
        return (await self.verified(token)).actor

    async def verified(self, token: str) -> VerifiedToken:
        """The token's owner and its end.

        Raises:
            Unauthenticated: it is no valid, current access token of ours.
            Unavailable: the keys cannot be had.
        """
        key = await self._key(token)
        claims = self._claims(token, key, self._rules)
        check_times(claims, self._rules, self._clock.now())
        actor = Actor(user_id=claims["sub"], roles=_roles(claims), proof=token)
        return VerifiedToken(actor=actor, expires_at=datetime.fromtimestamp(claims["exp"], UTC))

    async def _key(self, token: str) -> VerifyingKey:
        # Asked for each time, so that a key that was withdrawn takes its tokens with it.
        key = await self._keys.key(key_id(token, self._rules))
        if key is None:
            raise Unauthenticated
        return key


def _roles(claims: Mapping[str, Any]) -> frozenset[Role]:
    """A role that we do not know gives nothing."""
    roles = claims.get("roles")
    if not isinstance(roles, list):
        raise Unauthenticated
    return frozenset(role for role in Role if role in roles)
