"""What users speak: accounts, roles and sessions. Values only; no hash and no digest leaves the context."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto

from services.shared.actors import Role
from services.shared.events import Event


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
    """Somebody signed in: who, the access token (JWT, 15 minutes) and the refresh token (opaque, 30 days, one use)."""

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """A refresh token that a client sends back, as it came."""

    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """The wish for another password, with the present one as proof."""

    current_password: str = field(repr=False)
    new_password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesPatch:
    """Preferences to change; None leaves one as it is."""

    promotional: bool | None = None
    recommendations: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRoles:
    """The wish that a user has these roles and no others."""

    user_id: str
    roles: tuple[Role, ...]


class SessionEnd(StrEnum):
    """Why a session is over before its time."""

    SIGNED_OUT = "SIGNED_OUT"
    REUSED = "REUSED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One sign-in and the refresh tokens that came of it, each made from the one before. Only the newest is good.

    Attributes:
        newest: the SHA-256 of the token to spend next.
        predecessor: the SHA-256 of the one that was spent for it; None for a sign-in's first.
        salt: what made the newest of its predecessor; worth nothing without that token.
        turned_at: when the newest was made.
        expires_at: until when the newest is good.
        ended: why no token of it is good any more.
    """

    id: str
    user_id: str
    newest: str
    predecessor: str | None = None
    salt: str | None = field(default=None, repr=False)
    turned_at: datetime
    expires_at: datetime
    ended: SessionEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an account is to be, and what goes with it in the same transaction. The same account: nothing is written.

    Attributes:
        events: what the world is told.
        opened: a new session.
        ends_sessions: all sessions there were end, the new one not.
    """

    account: Account
    events: tuple[Event, ...] = ()
    opened: Family | None = None
    ends_sessions: bool = False


class Verdict(Enum):
    """What a refresh token that came back is taken for."""

    TURNED = auto()
    FORGIVEN = auto()
    EXPIRED = auto()
    ENDED = auto()
    REUSED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A token judged: its family from now on and, where the verdict is good, the token to use next."""

    verdict: Verdict
    family: Family
    successor: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A judgement, the family's user after it, and what the world is told. What is as it was is not written."""

    judgement: Judgement
    user: User
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that checks access tokens, as a JWK's text."""

    kid: str
    jwk: str
