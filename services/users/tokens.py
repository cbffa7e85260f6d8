"""Access tokens: JWTs (RFC 9068) signed with the key whose turn it is. Checks none: `services.infra` does."""

from dataclasses import dataclass
from datetime import timedelta

import jwt

from services.shared.clock import Clock
from services.shared.ids import IdFactory
from services.users.keys.seal import ALGORITHM
from services.users.keys.service import SigningKeys
from services.users.models import PublicKey, User

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


class Ed25519Tokens:
    """Offers `ports.TokenIssuer`."""

    def __init__(self, keys: SigningKeys, rules: TokenRules, clock: Clock, ids: IdFactory) -> None:
        self._keys = keys
        self._rules = rules
        self._clock = clock
        self._ids = ids

    async def prepare(self) -> None:
        """Reads or makes the key. Raises Unavailable when the passphrase does not unseal it."""
        await self._keys.prepare()

    async def issue(self, user: User) -> str:
        """A token for the user, good from now on. Raises Unavailable."""
        signer = await self._keys.signer()
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
        """The public halves of the keys that sign, are about to, or have signed what is alive. Raises Unavailable."""
        return await self._keys.public_keys()
