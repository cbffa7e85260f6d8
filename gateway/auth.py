"""Who asks: reads the Authorization header, and lets the one verifier judge its token. Decides nothing about them."""

from services.infra.identity.access_tokens import AccessTokens, VerifiedToken
from services.infra.identity.key_ring import Source
from services.shared.actors import Actor
from services.shared.errors import Unauthenticated
from services.users.ports import Users


class Authenticator:
    """Turns an Authorization header into an Actor."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens

    async def viewer(self, authorization: str | None) -> Actor | None:
        """Who sent the header; None for no header. Raises what `verified` does."""
        verified = await self.verified(authorization)
        return verified.actor if verified else None

    async def verified(self, authorization: str | None) -> VerifiedToken | None:
        """Who sent the header, and until when they may; None for no header.

        Raises:
            Unauthenticated: a header that is no valid, current access token of ours.
            Unavailable: the keys cannot be had.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("send the access token as: Bearer <token>")
        return await self._tokens.verified(token.strip())


def keys_of(users: Users) -> Source:
    """The users' public keys, for a key ring."""

    async def ask() -> tuple[str, ...]:
        return tuple(key.jwk for key in await users.public_keys())

    return ask
