"""Tokens to unsubscribe: signed, without an end, and of no use for anything else. Changes no preference."""

from contextlib import suppress
from typing import Final

import jwt
from jwt.types import Options
from pydantic import SecretStr

from services.infra.contacts.secrets import keys_of
from services.shared.contacts import OptionalCategory, Unsubscription
from services.shared.errors import NotFound

PURPOSE: Final = "caravan unsubscribe"
ALGORITHM: Final = "HS256"
TYPE: Final = "unsubscribe+jwt"
CATEGORY: Final = "category"
LONGEST: Final = 512
"""Characters of a token; ours have less than half of that."""

OPTIONS: Final[Options] = {"require": ["sub", CATEGORY]}


class SignedUnsubscribeTokens:
    """Offers `UnsubscribeTokens`. The first of the secrets signs, a signature of each of them is believed."""

    def __init__(self, secrets: SecretStr) -> None:
        """Raises ValueError where there is no secret."""
        self._keys = keys_of(secrets, PURPOSE)

    def token(self, wish: Unsubscription) -> str:
        """See `UnsubscribeTokens`."""
        claims = {"sub": wish.user_id, CATEGORY: wish.category.value}
        return jwt.encode(claims, self._keys[0], algorithm=ALGORITHM, headers={"typ": TYPE})

    def wish(self, token: str) -> Unsubscription:
        """See `UnsubscribeTokens`."""
        if len(token) <= LONGEST and token.isascii():
            for key in self._keys:
                with suppress(jwt.PyJWTError, ValueError):
                    return _read(token, key)
        raise NotFound("not a link of ours, or one that is not complete")


def _read(token: str, key: bytes) -> Unsubscription:
    """Raises PyJWTError, ValueError."""
    read = jwt.decode_complete(token, key, algorithms=[ALGORITHM], options=OPTIONS)
    if read["header"].get("typ") != TYPE:
        raise ValueError("a token for another purpose")
    claims = read["payload"]
    return Unsubscription(user_id=claims["sub"], category=OptionalCategory(claims[CATEGORY]))
