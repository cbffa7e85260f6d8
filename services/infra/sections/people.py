"""The sections of who calls and who is known: keys of processes, access tokens, first accounts, people's addresses.

No key is made or used here.
"""

from typing import Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from services.infra.identity.raw_keys import DEVELOPMENT_PRIVATE, DEVELOPMENT_PUBLIC, raw_key
from services.infra.sections.section import Section

CACHES: Final = 4
"""Of public keys, one behind the other: the users' process, the gateway, whatever is between, a service."""


class IdentitySettings(Section):
    """How the gateway and the command line prove to services who calls: `caravan keys pair` makes the two halves.

    Only callers need `private_key` (empty: none); services know callers by `public_keys`, several between two pairs.
    """

    private_key: SecretStr = SecretStr(DEVELOPMENT_PRIVATE)
    public_keys: str = DEVELOPMENT_PUBLIC

    @field_validator("private_key")
    @classmethod
    def check_private_key(cls, key: SecretStr) -> SecretStr:
        """Raises ValueError for what is neither empty nor a key."""
        if key.get_secret_value():
            raw_key(key.get_secret_value())
        return key

    @field_validator("public_keys")
    @classmethod
    def check_public_keys(cls, keys: str) -> str:
        """Raises ValueError for what is no list of keys."""
        for key in keys.split(","):
            raw_key(key.strip())
        return keys

    @property
    def known(self) -> tuple[str, ...]:
        """The public keys, one by one."""
        return tuple(key.strip() for key in self.public_keys.split(","))


class AuthSettings(Section):
    """How access tokens are made and checked. `key_passphrase` seals the signing keys in the users' database.

    A process that hosts no users gets the public keys from `jwks_url`. Whoever checks tokens asks for the keys again
    after `keys_fresh_seconds`; a new key is published `key_propagation_seconds` before it signs, which is longer than
    all caches together.
    """

    issuer: str = "https://caravan.example"
    audience: str = "caravan"
    access_minutes: int = Field(default=15, ge=1, le=60)
    jwks_url: str = "http://127.0.0.1:8000/.well-known/jwks.json"
    keys_fresh_seconds: int = Field(default=60, ge=1, le=300)
    key_propagation_seconds: int = Field(default=300, ge=4, le=86400)
    key_passphrase: SecretStr = SecretStr("caravan-key-dev")

    @model_validator(mode="after")
    def outlast_caches(self) -> Self:
        """Raises ValueError when a key could sign before everybody has heard of it."""
        if self.key_propagation_seconds < CACHES * self.keys_fresh_seconds:
            raise ValueError(f"key_propagation_seconds must be at least {CACHES} times keys_fresh_seconds")
        return self


class AccountsSettings(Section):
    """The two accounts that a system starts with."""

    admin_email: str = "admin@caravan.example"
    admin_password: SecretStr = SecretStr("caravan-admin-dev")
    ops_email: str = "ops@caravan.example"
    ops_password: SecretStr = SecretStr("caravan-ops-dev")


class ContactsSettings(Section):
    """What the services users and notifications share, and no other process needs (empty: it has none).

    Lists, separated by commas: the first secret is used, the others are still believed. `seal_secrets` keep people's
    addresses out of workflows' histories; `unsubscribe_secrets` sign the links at `unsubscribe_url` of the gateway,
    which is where people reach it, and are needed as long as mails with such links are kept.
    """

    seal_secrets: SecretStr = SecretStr("caravan-seal-dev")
    unsubscribe_secrets: SecretStr = SecretStr("caravan-unsubscribe-dev")
    unsubscribe_url: str = "http://127.0.0.1:8000/unsubscribe"
