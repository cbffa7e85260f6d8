"""What users speak: accounts, roles and sessions. Values only; a password hash never leaves the context."""

from dataclasses import dataclass, field
from datetime import datetime

from services.shared.actors import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Which optional messages a user wants."""

    promotional: bool = True
    recommendations: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account, as others may see it."""

    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    preferences: Preferences
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as the store keeps it: the user and the Argon2id hash of the password."""

    user: User
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The wish for a new account."""

    email: str
    password: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The wish for a session."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAccount:
    """An account that a system starts with."""

    email: str
    password: str = field(repr=False)
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in: who, and the access token (JWT, 15 minutes)."""

    user: User
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that checks access tokens, as a JWK's text."""

    kid: str
    jwk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """The key that signs access tokens, as the store keeps it: unreadable without the passphrase.

    Attributes:
        kid: names the key in a token's header; the RFC 7638 thumbprint of its public half.
        sealed: the private half, PKCS #8 in PEM, encrypted.
        created_at: when it was made.
    """

    kid: str
    sealed: str = field(repr=False)
    created_at: datetime
